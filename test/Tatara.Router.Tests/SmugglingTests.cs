using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

/// <summary>Whatever a client does to hide a second request in a first one: no endpoint ever sees it.</summary>
public sealed class SmugglingTests : RouterTestBase
{
    private const string Hidden = "GET /hidden HTTP/1.1\r\nHost: dora.tatara.test\r\n\r\n";

    [Theory]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + Hidden)]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n" + Hidden)]
    [InlineData("Content-Length: 0\r\nContent-Length: 47\r\n", Hidden)]
    [InlineData("Content-Length: 0, 47\r\n", Hidden)]
    [InlineData("Content-Length: +0\r\n", Hidden)]
    [InlineData("Content-Length : 47\r\n", Hidden)]
    [InlineData("Content_Length: 47\r\nContent-Length: 0\r\nContent-Length: 47\r\n", Hidden)]
    [InlineData("Transfer-Encoding: xchunked\r\n", Hidden)]
    [InlineData("Transfer-Encoding: chunked, identity\r\n", Hidden)]
    [InlineData("Transfer-Encoding: identity, chunked\r\n", Hidden)]
    [InlineData("Transfer-Encoding : chunked\r\n", "0\r\n\r\n" + Hidden)]
    [InlineData("X: y\r\n Transfer-Encoding: chunked\r\n", Hidden)]
    [InlineData("X: y\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + Hidden)]
    [InlineData("X: y\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + Hidden)]
    [InlineData("X: y\0\r\n", Hidden)]
    [InlineData("Host: other\r\n", Hidden)]
    [InlineData("\n", Hidden)]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + Hidden)]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n" + Hidden)]
    [InlineData("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n" + Hidden)]
    [InlineData("Transfer-Encoding: chunked\v\r\n", "0\r\n\r\n" + Hidden)]
    [InlineData("Transfer-Encoding:\r\n", Hidden)]
    [InlineData("Content-Length: -1\r\n", Hidden)]
    [InlineData("Content-Length: 0x2F\r\n", Hidden)]
    [InlineData("Content-Length: 1e1\r\n", Hidden)]
    [InlineData("Content-Length: 4 7\r\n", Hidden)]
    [InlineData("Content-Length:\r\n", Hidden)]
    [InlineData("Content-Length: 99999999999999999999\r\n", Hidden)]
    [InlineData(" X: y\r\n", Hidden)]
    [InlineData(": y\r\n", Hidden)]
    [InlineData("X\r\n", Hidden)]
    [InlineData("X\0: y\r\n", Hidden)]
    [InlineData("X(: y\r\n", Hidden)]
    [InlineData("X: y\u007f\r\n", Hidden)]
    [InlineData("Connection: a b\r\n", Hidden)]
    public async Task Post_AmbiguousHead_IsRefusedAndNeverForwarded(string fields, string rest)
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\n{fields}\r\n{rest}");

        var response = await client.ReadResponseAsync();
        response.Status.ShouldBeOneOf(400, 501);
        response["Connection"].ShouldBe("close");
        (await client.IsClosedAsync()).ShouldBeTrue();
        app.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: dora.tatara.test\r\nHost: dora.tatara.test\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET http://other.test/ HTTP/1.1\r\nHost: dora.tatara.test\r\n\r\n", 400)]
    [InlineData("GET ftp://dora.tatara.test/ HTTP/1.1\r\nHost: dora.tatara.test\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: user@dora.tatara.test\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: dora.tatara.test/path\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: dora.tatara.test:8o\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: dora.tatara.test, other\r\n\r\n", 400)]
    [InlineData("GET  / HTTP/1.1\r\nHost: dora.tatara.test\r\n\r\n", 400)]
    [InlineData("GET /\tx HTTP/1.1\r\nHost: dora.tatara.test\r\n\r\n", 400)]
    [InlineData("GET /a b HTTP/1.1\r\nHost: dora.tatara.test\r\n\r\n", 400)]
    [InlineData("GET /#x HTTP/1.1\r\nHost: dora.tatara.test\r\n\r\n", 400)]
    [InlineData("GET / http/1.1\r\nHost: dora.tatara.test\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1 \r\nHost: dora.tatara.test\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.2\r\nHost: dora.tatara.test\r\n\r\n", 505)]
    [InlineData("GET / HTTP/2.0\r\nHost: dora.tatara.test\r\n\r\n", 505)]
    [InlineData("GET /\r\n\r\n", 400)]
    [InlineData("CONNECT dora.tatara.test:80 HTTP/1.1\r\nHost: dora.tatara.test\r\n\r\n", 400)]
    [InlineData("G\u00cbT / HTTP/1.1\r\nHost: dora.tatara.test\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.0\r\nHost: dora.tatara.test\r\nTransfer-Encoding: chunked\r\n\r\n", 400)]
    public async Task Request_MalformedLineOrHost_IsRefusedAndNothingBehindItIsServed(string head, int status)
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync(head + Hidden);

        var response = await client.ReadResponseAsync();
        (response.Status, response["Connection"]).ShouldBe((status, "close"));
        (await client.IsClosedAsync()).ShouldBeTrue();
        app.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData("5\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\n0\r\n\r\n")]
    [InlineData("5 \r\nhello\r\n0\r\n\r\n")]
    [InlineData("0x5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("-5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhelloworld\r\n0\r\n\r\n")]
    [InlineData("FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;x\ny\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n0\r\nContent-Length: 4\r\n\r\n")]
    public async Task Post_BadChunks_AreRefusedAndTheEndpointSeesNoWholeRequest(string body)
    {
        var seen = new TaskCompletionSource<string>();
        await using var app = RawBackend.Start(async connection => seen.SetResult(await connection.ReadUntilGoneAsync()));
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nTransfer-Encoding: chunked\r\n\r\n{body}{Hidden}");

        (await client.ReadResponseAsync()).Status.ShouldBe(400);
        (await client.IsClosedAsync()).ShouldBeTrue();
        var received = await seen.Task.WaitAsync(TimeSpan.FromSeconds(5));
        received.ShouldNotContain("hidden");
        received.ShouldNotEndWith("0\r\n\r\n");
    }

    [Fact]
    public async Task Post_BodyThatLooksLikeARequest_StaysABody()
    {
        var received = new TaskCompletionSource<string>();
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            received.SetResult(await connection.ReadTextAsync(Hidden.Length));
            await connection.SendAsync(RawBackend.Ok("done"));
            (await connection.IsClosedAsync(0.3)).ShouldBeFalse();
        });
        await Router.RegisterAsync(Host, app.Endpoint);

        var response = await Router.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}");

        response.Body.ShouldBe("done");
        (await received.Task).ShouldBe(Hidden);
    }

    [Fact]
    public async Task Get_FieldsThatBelongToTheRouter_AreReplacedOrDropped()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint, "app-1", "instance-1", "3");

        await Router.SendAsync(
            $"GET / HTTP/1.1\r\nHost: {Host}\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 1\r\nX-Vcap-Request-Id: forged\r\nX-CF-ApplicationID: forged\r\n"
            + "X-CF-InstanceID: forged\r\nX-CF-InstanceIndex: 99\r\nX_Forwarded_Proto: forged\r\nX-Cf_ApplicationID: forged\r\nX-Forwarded-For: 9.9.9.9\r\n"
            + "Connection: close, X-Secret, X-Forwarded-For\r\nX-Secret: forged\r\nKeep-Alive: forged\r\nProxy-Connection: forged\r\nX_Own: kept\r\n\r\n");

        var request = new RawResponse(app.Requests.ShouldHaveSingleItem());
        request.Head.ShouldNotContain("forged");
        request["X-Forwarded-For"].ShouldBe("9.9.9.9, 127.0.0.1");
        request["X-Forwarded-Proto"].ShouldBe("http");
        request["X-Forwarded-Port"].ShouldBe(Router.Ports.Http!.Port.ToString());
        request["X-CF-ApplicationID"].ShouldBe("app-1");
        request["X-CF-InstanceID"].ShouldBe("instance-1");
        request["X-CF-InstanceIndex"].ShouldBe("3");
        request["X-Own"].ShouldBeNull();
        request["X_Own"].ShouldBe("kept");
        Guid.TryParse(request["X-Vcap-Request-Id"], out _).ShouldBeTrue();
        long.Parse(request["X-Request-Start"]!).ShouldBeGreaterThan(1_700_000_000_000);
        request["Connection"].ShouldBeNull();
    }

    [Fact]
    public async Task Get_H2cUpgrade_IsNotPassedOn()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint);

        var response = await Router.SendAsync($"GET / HTTP/1.1\r\nHost: {Host}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n");

        response.Status.ShouldBe(200);
        app.Requests.ShouldHaveSingleItem().ShouldNotContain("h2c", Case.Insensitive);
    }

    [Fact]
    public async Task Response_WithMoreThanItsLength_SpoilsItsConnectionAndNoOther()
    {
        await using var app = RawBackend.Answering(_ => RawBackend.Ok("hi") + RawBackend.Ok("poison"));
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        for (var i = 1; i <= 3; i++)
        {
            await client.SendAsync($"GET / HTTP/1.1\r\nHost: {Host}\r\n\r\n");
            (await client.ReadResponseAsync()).Body.ShouldBe("hi");
            app.Connections.ShouldBe(i);
        }
    }

    [Fact]
    public async Task Response_SentBeforeItsRequest_IsNotTakenForItsAnswer()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(RawBackend.Ok("hi"));
            await Task.Delay(100);
            await connection.SendAsync(RawBackend.Ok("poison"));
            await connection.ReadToEndAsync();
        });
        await Router.RegisterAsync(Host, app.Endpoint);

        for (var i = 0; i < 3; i++)
        {
            (await Router.GetAsync(Host)).Body.ShouldBe("hi");
            await Task.Delay(200);
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 2\n\nhi")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nhi")]
    [InlineData("HTTP/1.1 200 OK\r\nX y\r\nContent-Length: 2\r\n\r\nhi")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")]
    public async Task Response_Ambiguous_Is502(string answer)
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(answer);
        });
        await Router.RegisterAsync(Host, app.Endpoint);

        var response = await Router.GetAsync(Host);

        response.Status.ShouldBe(502);
        response["X-Cf-RouterError"].ShouldBe("endpoint_failure");
        response.Body.ShouldBe("502 Bad Gateway: Registered endpoint failed to handle the request.\n");
    }
}
