using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

/// <summary>Clients that take their time.</summary>
public sealed class TimeoutTests : RouterTestBase
{
    private const string Get = $"GET / HTTP/1.1\r\nHost: {Host}\r\n\r\n";

    protected override RouterOptions Configure(RouterOptions options) => options with
    {
        EndpointTimeout = TimeSpan.FromSeconds(1.5),
        Limits = options.Limits with
        {
            SweepInterval = TimeSpan.FromSeconds(0.05),
            FirstByteTimeout = TimeSpan.FromSeconds(0.5),
            HeadTimeout = TimeSpan.FromSeconds(0.5),
            IdleTimeout = TimeSpan.FromSeconds(0.5),
            HandshakeTimeout = TimeSpan.FromSeconds(0.5),
        },
    };

    [Fact]
    public async Task Client_SaysNothing_IsClosed()
    {
        using var client = await Router.ConnectAsync();
        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Client_SaysNothingToTls_IsClosed()
    {
        using var client = await RawClient.ConnectAsync(Router.Ports.Https!);
        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Client_DripsItsHead_Is408HoweverOftenItDrips()
    {
        using var client = await Router.ConnectAsync();
        var answer = client.ReadResponseAsync();

        foreach (var c in Get)
        {
            if (answer.IsCompleted) break;
            await client.SendAsync(c.ToString());
            await Task.Delay(50);
        }

        (await answer).Status.ShouldBe(408);
        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Client_IdleAfterARequest_IsClosed()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadResponseAsync();

        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Client_StopsWithinItsBody_Is408AndTheEndpointIsLetGo()
    {
        var closed = new TaskCompletionSource();
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.ReadUntilGoneAsync();
            closed.SetResult();
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nContent-Length: 10\r\n\r\nhello");

        (await client.ReadResponseAsync()).Status.ShouldBe(408);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Client_SlowButSteadyBody_IsServed()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(RawBackend.Ok(await connection.ReadTextAsync(10)));
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nContent-Length: 10\r\n\r\n");
        for (var i = 0; i < 10; i++)
        {
            await Task.Delay(200);
            await client.SendAsync(i.ToString());
        }

        (await client.ReadResponseAsync()).Body.ShouldBe("0123456789");
    }

    [Fact]
    public async Task Stop_WithAnIdleAndABusyClient_LetsTheBusyOneFinish()
    {
        var go = new TaskCompletionSource();
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await go.Task;
            await connection.SendAsync(RawBackend.Ok("finished"));
        });
        await using var router = await TestRouter.StartAsync();
        await router.RegisterAsync(Host, app.Endpoint);
        using var idle = await router.ConnectAsync();
        using var busy = await router.ConnectAsync();
        await busy.SendAsync(Get);
        await TestRouter.UntilAsync(() => app.Connections == 1);

        var stopping = router.DisposeAsync().AsTask();
        (await idle.IsClosedAsync()).ShouldBeTrue();
        go.SetResult();

        (await busy.ReadResponseAsync()).Body.ShouldBe("finished");
        (await busy.IsClosedAsync()).ShouldBeTrue();
        await stopping.WaitAsync(TimeSpan.FromSeconds(5));
    }
}
