using System.Net.Sockets;
using System.Text;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

/// <summary>Bodies of any size and speed, with nothing held whole; and peers that leave.</summary>
public sealed class StreamingTests : RouterTestBase
{
    private const string Get = $"GET / HTTP/1.1\r\nHost: {Host}\r\n\r\n";

    /// <summary>More than all the buffers between the two ends, kernel's included, can hold.</summary>
    private const int Much = 64 * 1024 * 1024;

    protected override RouterOptions Configure(RouterOptions options) => options with
    {
        EndpointTimeout = TimeSpan.FromSeconds(2),
        Limits = options.Limits with { SweepInterval = TimeSpan.FromSeconds(0.05) },
    };

    [Fact]
    public async Task Get_EventsInTime_ArriveAsTheyAreSent()
    {
        var go = new SemaphoreSlim(0);
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true)
            {
                await go.WaitAsync();
                await connection.SendAsync("6\r\nevent\n\r\n");
            }
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadHeadAsync();

        for (var i = 0; i < 5; i++)
        {
            go.Release();
            (await client.ReadTextAsync(11)).ShouldBe("6\r\nevent\n\r\n");
        }
    }

    [Fact]
    public async Task Get_ClientDoesNotRead_HoldsTheEndpointBack()
    {
        long sent = 0;
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Much}\r\n\r\n");
            var piece = new byte[64 * 1024];
            for (; sent < Much; sent += piece.Length) await connection.SendAsync(piece);
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();
        client.Socket.ReceiveBufferSize = 64 * 1024;
        await client.SendAsync(Get);

        await Task.Delay(1000);
        sent.ShouldBeLessThan(Much / 2);

        await client.ReadHeadAsync();
        var received = 0;
        while (received < Much) received += (await client.ReadTextAsync(1024 * 1024)).Length;
        received.ShouldBe(Much);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_MoreThanMemoryShouldHold_IsStreamedThroughWithoutKeepingIt(bool hasLength)
    {
        const long all = 2L << 30, slack = 1L << 30;
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            var piece = new byte[1 << 20];
            byte[] framed = hasLength ? piece : [.. "100000\r\n"u8, .. piece, .. "\r\n"u8];
            await connection.SendAsync($"HTTP/1.1 200 OK\r\n{(hasLength ? $"Content-Length: {all}" : "Transfer-Encoding: chunked")}\r\n\r\n");
            for (long sent = 0; sent < all; sent += piece.Length) await connection.SendAsync(framed);
            if (!hasLength) await connection.SendAsync("0\r\n\r\n");
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();
        await client.SendAsync(Get.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
        var head = await client.ReadHeadAsync();

        long received = client.ReadBuffered().Length, most = 0;
        var before = Environment.WorkingSet;
        var buffer = new byte[1 << 20];
        while (await client.Socket.ReceiveAsync(buffer) is > 0 and var count)
        {
            if (received >> 26 != (received + count) >> 26) most = Math.Max(most, Environment.WorkingSet - before);
            received += count;
        }

        if (hasLength) received.ShouldBe(all);
        else received.ShouldBeGreaterThan(all);
        // Other tests run beside this one, and need some themselves.
        most.ShouldBeLessThan(slack, head);
    }

    [Fact]
    public async Task Get_LargeBodyOfKnownLength_ArrivesByteForByteAndBothConnectionsGoOn()
    {
        var body = new byte[8 * 1024 * 1024 + 7];
        new Random(1).NextBytes(body);
        await using var app = RawBackend.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is not null)
            {
                await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n");
                // In two pieces, so that the router waits for the endpoint within the body, too.
                await connection.SendAsync(body.AsMemory(0, body.Length / 2));
                await connection.SendAsync(body.AsMemory(body.Length / 2));
            }
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();
        client.Socket.ReceiveBufferSize = 64 * 1024;

        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(Get);
            await client.ReadHeadAsync();
            (await client.ReadTextAsync(body.Length)).ShouldBe(Encoding.Latin1.GetString(body));
        }

        app.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Get_LargeBodyAndMoreThanAnnounced_TheNextRequestGetsItsOwnAnswer()
    {
        const int length = 1024 * 1024;
        await using var app = RawBackend.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } request)
            {
                if (request.Contains("/large", StringComparison.Ordinal))
                    await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n" + new string('x', length) + RawBackend.Ok("not asked for"));
                else await connection.SendAsync(RawBackend.Ok("asked for"));
            }
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync($"GET /large HTTP/1.1\r\nHost: {Host}\r\n\r\n");
            await client.ReadHeadAsync();
            (await client.ReadTextAsync(length)).ShouldBe(new string('x', length));
            await client.SendAsync(Get);
            (await client.ReadResponseAsync()).Body.ShouldBe("asked for");
        }
    }

    [Fact]
    public async Task Get_EndpointEndsWithinALargeBody_ClientDoesNotTakeItForTheWhole()
    {
        const int length = 1024 * 1024;
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n" + new string('x', length - 1));
            connection.Dispose();
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync(Get);

        await client.ReadHeadAsync();
        (await client.ReadUntilGoneAsync()).Length.ShouldBeLessThan(length);
    }

    [Fact]
    public async Task Post_EndpointDoesNotRead_HoldsTheClientBack()
    {
        var read = new TaskCompletionSource();
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await read.Task;
            for (var left = Much; left > 0; left -= 1024 * 1024) await connection.ReadTextAsync(1024 * 1024);
            await connection.SendAsync(RawBackend.Ok("got it"));
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nContent-Length: {Much}\r\n\r\n");
        long sent = 0;
        var sending = Task.Run(async () =>
        {
            var piece = new byte[64 * 1024];
            for (; sent < Much; sent += piece.Length) await client.SendAsync(piece);
        });

        await Task.Delay(1000);
        sent.ShouldBeLessThan(Much / 2);

        read.SetResult();
        await sending;
        (await client.ReadResponseAsync()).Body.ShouldBe("got it");
    }

    [Fact]
    public async Task Get_ClientNeverReads_IsCutOff()
    {
        var cut = new TaskCompletionSource();
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n\r\n");
            var piece = new byte[64 * 1024];
            try
            {
                while (true) await connection.SendAsync(piece);
            }
            catch (SocketException)
            {
                cut.SetResult();
            }
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync(Get);

        await cut.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Get_ClientLeavesWhileItWaits_ClosesTheEndpoint()
    {
        var closed = new TaskCompletionSource();
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            (await connection.IsClosedAsync(1.5)).ShouldBeTrue();
            closed.SetResult();
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();
        await client.SendAsync(Get);
        await TestRouter.UntilAsync(() => app.Connections == 1);

        client.Dispose();

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nhello")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    public async Task Post_ClientLeavesWithinTheBody_EndpointNeverSeesAWholeRequest(string request)
    {
        var seen = new TaskCompletionSource<string>();
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            seen.SetResult(await connection.ReadUntilGoneAsync());
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\n{request}");
        await TestRouter.UntilAsync(() => app.Connections == 1);

        client.Socket.Shutdown(SocketShutdown.Send);

        (await seen.Task.WaitAsync(TimeSpan.FromSeconds(5))).ShouldNotContain("0\r\n\r\n");
        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Post_AnsweredEarly_ClientGetsTheAnswerThoughItStillSends()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nContent-Length: 5000000\r\n\r\n");
        await client.SendAsync(new string('x', 3_000_000));

        var response = await client.ReadResponseAsync();
        (response.Status, response.Body, response["Connection"]).ShouldBe((403, "no", "close"));
        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Post_BothSidesStream_AtTheSameTime()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < 3; i++)
            {
                await connection.ReadTextAsync(8);
                await connection.SendAsync("4\r\npong\r\n");
            }
            await connection.ReadTextAsync(5);
            await connection.SendAsync("0\r\n\r\n");
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nTransfer-Encoding: chunked\r\n\r\n");
        await client.ReadHeadAsync();
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync("3\r\nabc\r\n");
            (await client.ReadTextAsync(9)).ShouldBe("4\r\npong\r\n");
        }
        await client.SendAsync("0\r\n\r\n");
        (await client.ReadTextAsync(5)).ShouldBe("0\r\n\r\n");
    }
}
