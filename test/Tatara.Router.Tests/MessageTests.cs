using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

/// <summary>Messages of every kind, both ways.</summary>
public sealed class MessageTests : RouterTestBase
{
    private const string Get = $"GET / HTTP/1.1\r\nHost: {Host}\r\n\r\n";

    [Fact]
    public async Task Get_ManyOnOneConnection_ReuseOneToTheEndpoint()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        for (var i = 0; i < 100; i++)
        {
            await client.SendAsync(Get);
            (await client.ReadResponseAsync()).Body.ShouldBe("hi");
        }

        app.Connections.ShouldBe(1);
        app.Requests.Count.ShouldBe(100);
    }

    [Fact]
    public async Task Get_Pipelined_AreAnsweredInOrder()
    {
        await using var app = RawBackend.Answering(request => RawBackend.Ok(request.Split(' ')[1]));
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync(string.Concat(Enumerable.Range(0, 50).Select(i => $"GET /{i} HTTP/1.1\r\nHost: {Host}\r\n\r\n")));

        for (var i = 0; i < 50; i++) (await client.ReadResponseAsync()).Body.ShouldBe($"/{i}");
    }

    [Fact]
    public async Task Get_HeadByteByByte_IsUnderstood()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        foreach (var c in "\r\n" + Get) await client.SendAsync(c.ToString());

        (await client.ReadResponseAsync()).Body.ShouldBe("hi");
    }

    [Fact]
    public async Task Post_WithLength_ArrivesWhole()
    {
        await using var app = EchoingBackend();
        await Router.RegisterAsync(Host, app.Endpoint);
        var body = new string('x', 300_000) + "end";

        var response = await Router.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        response.Body.ShouldBe(body);
    }

    [Fact]
    public async Task Post_Chunked_ArrivesChunkedWithTrailersAndSoDoesTheAnswer()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            var head = new RawResponse((await connection.ReadHeadAsync())!);
            head["Transfer-Encoding"].ShouldBe("chunked");
            head["TE"].ShouldBe("trailers");
            var (body, trailers) = await connection.ReadChunksAsync();
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Got\r\n\r\n3;ext=1\r\n{body[..3]}\r\n{body.Length - 3:x}\r\n{body[3..]}\r\n0\r\nX-Got: {trailers.Trim()}\r\n\r\n");
            await connection.ReadToEndAsync();
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n");
        await Task.Delay(50);
        await client.SendAsync("6;x=y\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n");

        var response = await client.ReadResponseAsync();
        response.Body.ShouldBe("hello world");
        response["Trailer"].ShouldBe("X-Got");
        response.Trailers.ShouldBe("X-Got: X-Sum: 11\n");
    }

    [Fact]
    public async Task Get_ChunkedAnswerToHttp10_IsPlainAndEndsWithTheConnection()
    {
        await using var app = RawBackend.Answering(_ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n");
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync($"GET / HTTP/1.0\r\nHost: {Host}\r\nConnection: keep-alive\r\n\r\n");

        var response = await client.ReadResponseAsync();
        response["Transfer-Encoding"].ShouldBeNull();
        response["Connection"].ShouldBe("close");
        response.Body.ShouldBe("hello");
    }

    [Fact]
    public async Task Get_Http10KeepAlive_KeepsTheConnectionWhenTheLengthIsKnown()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync($"GET / HTTP/1.0\r\nHost: {Host}\r\nConnection: keep-alive\r\n\r\n");
            var response = await client.ReadResponseAsync();
            (response["Connection"], response.Body).ShouldBe(("keep-alive", "hi"));
        }
        await client.SendAsync($"GET / HTTP/1.0\r\nHost: {Host}\r\n\r\n");
        (await client.ReadResponseAsync())["Connection"].ShouldBe("close");
        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Get_AnswerThatEndsWithItsConnection_IsChunkedForHttp11()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n\r\nhel");
            await Task.Delay(50);
            await connection.SendAsync("lo");
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(Get);
            var response = await client.ReadResponseAsync();
            (response["Transfer-Encoding"], response.Body).ShouldBe(("chunked", "hello"));
        }
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "5")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", null)]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: x\r\n\r\n", "5")]
    [InlineData("DELETE", "HTTP/1.1 204 No Content\r\n\r\n", null)]
    public async Task Request_WhoseAnswerHasNoBody_LeavesBothConnectionsInStep(string method, string answer, string? length)
    {
        await using var app = RawBackend.Answering(_ => answer);
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync($"{method} / HTTP/1.1\r\nHost: {Host}\r\n\r\n");
            (await client.ReadResponseAsync(isHead: true))["Content-Length"].ShouldBe(length);
        }
        app.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Post_ExpectContinue_GetsTheEndpointsOwn100First()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            (await connection.ReadHeadAsync())!.ShouldContain("Expect: 100-continue\r\n");
            await connection.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            await connection.SendAsync(RawBackend.Ok(await connection.ReadTextAsync(5)));
            await connection.ReadToEndAsync();
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        (await client.ReadResponseAsync()).Status.ShouldBe(100);
        await client.SendAsync("hello");

        (await client.ReadResponseAsync()).Body.ShouldBe("hello");
    }

    [Fact]
    public async Task Post_ExpectContinueRefused_GetsTheFinalAnswerAndTheConnectionCloses()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
            await connection.ReadToEndAsync();
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");

        var response = await client.ReadResponseAsync();
        (response.Status, response.Body, response["Connection"]).ShouldBe((413, "no", "close"));
        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Get_InterimAnswers_ArePassedToHttp11Only()
    {
        await using var app = RawBackend.Answering(_ => "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b>\r\n\r\n" + RawBackend.Ok("hi"));
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync(Get);
        (await client.ReadResponseAsync())["Link"].ShouldBe("</a>");
        (await client.ReadResponseAsync())["Link"].ShouldBe("</b>");
        (await client.ReadResponseAsync()).Body.ShouldBe("hi");

        (await Router.SendAsync($"GET / HTTP/1.0\r\nHost: {Host}\r\n\r\n")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Response_Fields_ArePassedOnExceptThoseOfTheHop()
    {
        await using var app = RawBackend.Answering(_ => RawBackend.Ok("hi",
            "Set-Cookie: a=b\r\nSet-Cookie: c=d\r\nX-Empty:\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-Vcap-Request-Id: forged\r\nServer: mine\r\n"));
        await Router.RegisterAsync(Host, app.Endpoint);

        var response = await Router.GetAsync(Host);

        response.All("Set-Cookie").ShouldBe(["a=b", "c=d"]);
        response["X-Empty"].ShouldBe("");
        response["X-Hop"].ShouldBeNull();
        response["Keep-Alive"].ShouldBeNull();
        response["Server"].ShouldBe("mine");
        response["X-Vcap-Request-Id"].ShouldBe(new RawResponse(app.Requests.First())["X-Vcap-Request-Id"]);
    }

    [Fact]
    public async Task Get_LargeHeads_PassBothWays()
    {
        var large = new string('v', 30_000);
        await using var app = RawBackend.Answering(request => RawBackend.Ok("hi", $"X-Back: {new RawResponse(request)["X-There"]}\r\n"));
        await Router.RegisterAsync(Host, app.Endpoint);

        var response = await Router.SendAsync($"GET /{large} HTTP/1.1\r\nHost: {Host}\r\nX-There: {large}\r\n\r\n");

        response["X-Back"].ShouldBe(large);
    }

    [Fact]
    public async Task Get_HeadBeyondTheLimit_Is431()
    {
        using var client = await Router.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: {Host}\r\nX: {new string('v', 70_000)}\r\n\r\n");
        (await client.ReadResponseAsync()).Status.ShouldBe(431);
        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Post_ToAnUnknownHost_IsRefusedAndItsBodyIsNotTakenForARequest()
    {
        using var client = await Router.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: nobody\r\nContent-Length: {Get.Length}\r\n\r\n{Get}");
        var response = await client.ReadResponseAsync();
        (response.Status, response["Connection"]).ShouldBe((404, "close"));
        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Get_UnknownHostThenKnown_ServesBothOnOneConnection()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: nobody\r\n\r\n" + Get);

        (await client.ReadResponseAsync(isHead: true)).Status.ShouldBe(404);
        (await client.ReadResponseAsync()).Body.ShouldBe("hi");
    }

    private static RawBackend EchoingBackend() => RawBackend.Start(async connection =>
    {
        while (await connection.ReadHeadAsync() is { } head)
            await connection.SendAsync(RawBackend.Ok(await connection.ReadTextAsync(int.Parse(new RawResponse(head)["Content-Length"]!))));
    });
}
