using System.Net.Sockets;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

/// <summary>Peers that break off, or go on when they should stop: others are served as if nothing had happened.</summary>
public sealed class HostilePeerTests : RouterTestBase
{
    private const string Get = $"GET / HTTP/1.1\r\nHost: {Host}\r\n\r\n";

    [Fact]
    public async Task Endpoint_ResetsWithinTheBody_ClientNeverTakesItForWhole()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello");
            connection.Socket.LingerState = new LingerOption(true, 0);
            connection.Socket.Close();
        });
        await Router.RegisterAsync(Host, app.Endpoint);

        for (var i = 0; i < 5; i++) await Should.ThrowAsync<Exception>(Router.SendAsync(Get));
    }

    [Fact]
    public async Task Endpoint_ClosesBehindAWholeAnswer_ClientGetsAllOfIt()
    {
        var body = new string('x', 2_000_000);
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(RawBackend.Ok(body));
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync(Get);
            (await client.ReadResponseAsync()).Body.Length.ShouldBe(body.Length);
        }
    }

    [Fact]
    public async Task Client_ResetsWithinTheAnswer_EndpointIsLetGoAndOthersAreServed()
    {
        var closed = new TaskCompletionSource();
        await using var endless = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            try
            {
                while (true) await connection.SendAsync("5\r\nhello\r\n");
            }
            catch (SocketException)
            {
                closed.SetResult();
            }
        });
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync("endless.tatara.test", endless.Endpoint);
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: endless.tatara.test\r\n\r\n");
        await client.ReadHeadAsync();

        client.Socket.Close(0);

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(10));
        (await Router.SendAsync(Get)).Body.ShouldBe("hi");
    }

    [Fact]
    public async Task Endpoint_SendsInterimAnswersWithoutEnd_IsGivenUpWith502()
    {
        var closed = new TaskCompletionSource();
        await using var endless = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            try
            {
                while (true) await connection.SendAsync("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n");
            }
            catch (SocketException)
            {
                closed.SetResult();
            }
        });
        await Router.RegisterAsync(Host, endless.Endpoint);
        using var client = await Router.ConnectAsync();
        await client.SendAsync(Get);

        RawResponse response;
        while ((response = await client.ReadResponseAsync()).Status == 103)
        {
        }

        response.Status.ShouldBe(502);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Client_LargePipelineOfPosts_IsServedInStep()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                var body = new RawResponse(head)["Content-Length"] is { } length ? await connection.ReadTextAsync(int.Parse(length)) : (await connection.ReadChunksAsync()).Body;
                await connection.SendAsync(RawBackend.Ok(body));
            }
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();
        var requests = Enumerable.Range(0, 40).Select(i => i % 2 == 0
            ? $"POST / HTTP/1.1\r\nHost: {Host}\r\nContent-Length: {5_000 + i}\r\n\r\n{new string('a', 5_000 + i)}"
            : $"POST / HTTP/1.1\r\nHost: {Host}\r\nTransfer-Encoding: chunked\r\n\r\n{5_000 + i:x}\r\n{new string('b', 5_000 + i)}\r\n0\r\n\r\n");
        var sending = client.SendAsync(string.Concat(requests));

        for (var i = 0; i < 40; i++) (await client.ReadResponseAsync()).Body.ShouldBe(new string(i % 2 == 0 ? 'a' : 'b', 5_000 + i));
        await sending;
    }
}
