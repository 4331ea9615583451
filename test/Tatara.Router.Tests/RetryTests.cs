using System.Net;
using Tatara.Protocol;
using Tatara.Router.Tests.Support;
using Tatara.Testing;

namespace Tatara.Router.Tests;

/// <summary>Endpoints that fail.</summary>
public sealed class RetryTests : RouterTestBase
{
    private const string Get = $"GET / HTTP/1.1\r\nHost: {Host}\r\n\r\n";
    private const string Post = $"POST / HTTP/1.1\r\nHost: {Host}\r\nContent-Length: 2\r\n\r\nhi";

    protected override RouterOptions Configure(RouterOptions options) => options with
    {
        EndpointTimeout = TimeSpan.FromSeconds(1),
        EndpointConnectTimeout = TimeSpan.FromSeconds(0.5),
        Limits = options.Limits with { SweepInterval = TimeSpan.FromSeconds(0.05) },
    };

    [Fact]
    public async Task Request_EndpointRefusesConnections_GoesToAnotherAndLeavesItOut()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("POST", StringComparison.Ordinal)) await connection.ReadTextAsync(2);
                await connection.SendAsync(RawBackend.Ok("hi"));
            }
        });
        using var refusing = new RefusingPort();
        var dead = refusing.Endpoint;
        await Router.RegisterAsync(Host, dead, "app-1", "dead", "0");
        await Router.RegisterAsync(Host, app.Endpoint, "app-1", "live", "1");

        for (var i = 0; i < 10; i++)
        {
            (await Router.SendAsync(Get)).Body.ShouldBe("hi");
            (await Router.SendAsync(Post)).Body.ShouldBe("hi");
        }

        Router.Members(Host).Single(e => e.Owner.PrivateInstanceId == "dead").IsAside(Environment.TickCount64).ShouldBeTrue();
    }

    [Fact]
    public async Task Request_AllEndpointsRefuse_Is502AndServesAgainOnceTheyAreBack()
    {
        var port = NatsServer.FreePort();
        await Router.RegisterAsync(Host, new IPEndPoint(IPAddress.Loopback, port), "app-1", "i1");

        var response = await Router.SendAsync(Post);
        (response.Status, response["X-Cf-RouterError"]).ShouldBe((502, "endpoint_failure"));

        await using var app = RawBackend.Saying("back", port);
        (await Router.SendAsync(Get)).Body.ShouldBe("back");
    }

    [Fact]
    public async Task Get_IdleConnectionClosedByTheEndpoint_IsNotNoticedByTheClient()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(RawBackend.Ok("hi"));
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        for (var i = 1; i <= 5; i++)
        {
            await client.SendAsync(i % 2 == 0 ? Get : Post);
            (await client.ReadResponseAsync()).Body.ShouldBe("hi");
            app.Connections.ShouldBe(i);
        }
    }

    [Fact]
    public async Task Get_ReusedConnectionDiesUnderTheRequest_IsSentAgain()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(RawBackend.Ok("hi"));
            await connection.ReadHeadAsync();
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        for (var i = 1; i <= 5; i++)
        {
            await client.SendAsync(Get);
            (await client.ReadResponseAsync()).Body.ShouldBe("hi");
            app.Connections.ShouldBe(i);
        }
    }

    [Fact]
    public async Task Get_HostOfNearEndpointsDied_GoesToOneThatLives()
    {
        await using var router = await TestRouter.StartAsync(o => Configure(o) with { Zone = "z1", Limits = o.Limits with { MaxAttempts = 2 } });
        var died = false;
        await using var near = RawBackend.Start(async connection =>
        {
            if (died) return;
            await connection.ReadHeadAsync();
            await connection.SendAsync(RawBackend.Ok("near"));
            await connection.ReadHeadAsync();
            died = true;
        });
        await using var far = RawBackend.Saying("far");
        await router.RegisterAsync(Host, new RouterRegistration([Host], near.Endpoint.Address.ToString(), near.Endpoint.Port, "dea", "app-1", "i-1", "0") { AvailabilityZone = "z1" });
        await router.RegisterAsync(Host, new RouterRegistration([Host], far.Endpoint.Address.ToString(), far.Endpoint.Port, "dea", "app-1", "i-2", "1") { AvailabilityZone = "z2" });
        using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        (await client.ReadResponseAsync()).Body.ShouldBe("near");

        await client.SendAsync(Get);

        (await client.ReadResponseAsync()).Body.ShouldBe("far", "neither the idle connection nor a new one to the near endpoint answers");
    }

    [Fact]
    public async Task Post_ConnectionDiesUnderTheRequest_IsNeverSentTwice()
    {
        var requests = 0;
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.ReadTextAsync(2);
            Interlocked.Increment(ref requests);
        });
        await using var other = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            Interlocked.Increment(ref requests);
        });
        await Router.RegisterAsync(Host, app.Endpoint, "app-1", "i1");
        await Router.RegisterAsync(Host, other.Endpoint, "app-1", "i2");

        (await Router.SendAsync(Post)).Status.ShouldBe(502);

        requests.ShouldBe(1);
    }

    [Fact]
    public async Task Get_CutBeforeAnyAnswer_GoesToAnotherEndpoint()
    {
        await using var bad = RawBackend.Start(connection => connection.ReadHeadAsync());
        await using var good = RawBackend.Saying("good");
        await Router.RegisterAsync(Host, bad.Endpoint, "app-1", "i1");
        await Router.RegisterAsync(Host, good.Endpoint, "app-1", "i2");

        for (var i = 0; i < 4; i++) (await Router.SendAsync(Get)).Body.ShouldBe("good");

        bad.Connections.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Get_CutWithinTheHead_Is502AndNotRepeated()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nX: ");
        });
        await Router.RegisterAsync(Host, app.Endpoint);

        (await Router.SendAsync(Get)).Status.ShouldBe(502);

        app.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nhello")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nx")]
    public async Task Get_CutWithinTheBody_NeverLooksWholeToTheClient(string answer)
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n" + answer);
            await Task.Delay(100);
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        await Should.ThrowAsync<Exception>(Router.SendAsync(Get));

        // HTTP/1.0 knows the end of such a body by the connection's: only a reset tells.
        if (answer.StartsWith('T')) await Should.ThrowAsync<System.Net.Sockets.SocketException>(Router.SendAsync($"GET / HTTP/1.0\r\nHost: {Host}\r\n\r\n"));
    }

    [Fact]
    public async Task Get_EndpointNeverAnswers_Is502AfterItsTime()
    {
        await using var app = RawBackend.Start(async connection => await connection.ReadToEndAsync());
        await Router.RegisterAsync(Host, app.Endpoint);

        var response = await Router.SendAsync(Get);

        (response.Status, response["X-Cf-RouterError"]).ShouldBe((502, "endpoint_failure"));
        app.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Get_EndpointUnreachable_Is502AfterTheConnectTimeout()
    {
        // TEST-NET-1 leads nowhere: packets vanish or are refused by the next router.
        await Router.RegisterAsync(Host, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 9), "app-1", "i1");

        (await Router.SendAsync(Get)).Status.ShouldBe(502);
    }
}
