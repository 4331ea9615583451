using System.Net;
using System.Net.Sockets;
using Tatara.Router.Tcp;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

/// <summary>A router that is asked to stop, before and after it takes no more connections.</summary>
public sealed class DrainTests
{
    private const string Host = "dora.tatara.test";
    private const string Get = $"GET / HTTP/1.1\r\nHost: {Host}\r\n\r\n";

    [Fact]
    public async Task Stop_WhileItWaits_HealthFailsAndAllIsServed()
    {
        await using var router = await StartAsync(wait: TimeSpan.FromHours(1), timeout: TimeSpan.Zero);
        await using var app = RawBackend.Saying("hi");
        await router.RegisterAsync(Host, app.Endpoint);
        (await HealthAsync(router)).ShouldBe((HttpStatusCode.OK, "ok\n"));
        using var kept = await router.ConnectAsync();
        (await AskAsync(kept))["Connection"].ShouldBeNull();
        using var http2 = Http2Client(router);
        (await http2.GetStringAsync($"https://{Host}/")).ShouldBe("hi");

        using var patience = new CancellationTokenSource();
        var stopping = router.StopAsync(patience.Token);
        for (var health = await HealthAsync(router); health != (HttpStatusCode.ServiceUnavailable, "draining\n"); health = await HealthAsync(router)) await Task.Delay(5);

        // A connection that is kept is asked to end, and one more request passes on it.
        await UntilAsync(async () => (await router.GetAsync(Host))["Connection"] == "close");
        var last = await AskAsync(kept);
        (last.Body, last["Connection"]).ShouldBe(("hi", "close"));
        (await kept.IsClosedAsync()).ShouldBeTrue();
        for (var i = 0; i < 5; i++) (await http2.GetStringAsync($"https://{Host}/")).ShouldBe("hi");
        using var fresh = await router.ConnectAsync();
        (await AskAsync(fresh)).Body.ShouldBe("hi");
        stopping.IsCompleted.ShouldBeFalse();

        await patience.CancelAsync();
        await stopping;
        (await IsRefusedAsync(router.Ports.Http!)).ShouldBeTrue();
    }

    [Fact]
    public async Task Stop_RequestsUnderWay_FinishAndNothingNewIsTaken()
    {
        await using var router = await StartAsync(wait: TimeSpan.Zero, timeout: TimeSpan.FromMinutes(10));
        var asked = new CountdownEvent(3);
        var mayAnswer = new TaskCompletionSource();
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            asked.Signal();
            await mayAnswer.Task;
            await connection.SendAsync(RawBackend.Ok("at last"));
            await connection.ReadToEndAsync();
        });
        await router.RegisterAsync(Host, app.Endpoint);
        using var http2 = Http2Client(router);
        using var secure = new HttpClient(TestClients.Handler(router.Ports.Https!));
        using var plain = await router.ConnectAsync();
        await plain.SendAsync(Get);
        var slow = new[] { http2.GetStringAsync($"https://{Host}/"), secure.GetStringAsync($"https://{Host}/") };
        await Task.Run(asked.Wait).WaitAsync(TimeSpan.FromSeconds(30));

        var stopping = router.StopAsync();
        while (!await IsRefusedAsync(router.Ports.Http!)) await Task.Delay(5);
        stopping.IsCompleted.ShouldBeFalse();
        mayAnswer.SetResult();

        var answer = await plain.ReadResponseAsync();
        (answer.Body, answer["Connection"]).ShouldBe(("at last", "close"));
        (await Task.WhenAll(slow)).ShouldBe(["at last", "at last"]);
        await stopping.WaitAsync(TimeSpan.FromMinutes(1));
        router.Log.All.ShouldNotContain(line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));
        router.Log.All.ShouldContain(line => line.Contains("has ended by itself: True", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_IdleConnections_DoNotHoldItUp()
    {
        await using var router = await StartAsync(wait: TimeSpan.Zero, timeout: TimeSpan.FromMinutes(10));
        await using var app = RawBackend.Saying("hi");
        await router.RegisterAsync(Host, app.Endpoint);
        using var kept = await router.ConnectAsync();
        (await AskAsync(kept)).Body.ShouldBe("hi");
        using var silent = await router.ConnectAsync();
        using var http2 = Http2Client(router);
        (await http2.GetStringAsync($"https://{Host}/")).ShouldBe("hi");

        await router.StopAsync().WaitAsync(TimeSpan.FromMinutes(1));

        (await kept.IsClosedAsync()).ShouldBeTrue();
        (await silent.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Stop_ConnectionHasJustComeWithItsRequestOnTheWay_IsAnswered()
    {
        await using var router = await StartAsync(wait: TimeSpan.Zero, timeout: TimeSpan.FromMinutes(10), grace: TimeSpan.FromMinutes(5));
        await using var app = RawBackend.Saying("hi");
        await router.RegisterAsync(Host, app.Endpoint);
        using var fresh = await router.ConnectAsync();
        (await router.GetAsync(Host)).Status.ShouldBe(200); // By now the first one was accepted, too.

        var stopping = router.StopAsync();
        while (!await IsRefusedAsync(router.Ports.Http!)) await Task.Delay(5);

        (await AskAsync(fresh)).Body.ShouldBe("hi");
        await stopping.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Stop_TimeoutIsOver_CutsWhatIsLeft()
    {
        await using var router = await StartAsync(wait: TimeSpan.Zero, timeout: TimeSpan.FromSeconds(0.2));
        var asked = new TaskCompletionSource();
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            asked.SetResult();
            await connection.ReadToEndAsync();
        });
        await router.RegisterAsync(Host, app.Endpoint);
        using var client = await router.ConnectAsync();
        await client.SendAsync(Get);
        await asked.Task;

        await router.StopAsync().WaitAsync(TimeSpan.FromMinutes(1));

        (await client.ReadUntilGoneAsync()).ShouldBe("");
    }

    [Fact]
    public void Validate_NegativeOrEndless_SaysSo()
    {
        var options = new RouterOptions { Bus = new() { Servers = ["x"] }, HttpsPort = null };
        Should.Throw<ArgumentException>((options with { DrainWait = TimeSpan.FromSeconds(-1) }).Validate);
        Should.Throw<ArgumentException>((options with { DrainTimeout = TimeSpan.FromDays(2) }).Validate);
    }

    private static Task<TestRouter> StartAsync(TimeSpan wait, TimeSpan timeout, TimeSpan? grace = null) => TestRouter.StartAsync(o => o with
    {
        Status = new() { Port = 0 }, Tcp = NoPorts, DrainWait = wait, DrainTimeout = timeout,
        Limits = o.Limits with { FreshGrace = grace ?? o.Limits.FreshGrace, FirstByteTimeout = TimeSpan.FromMinutes(5) },
    });

    private static TcpRouting NoPorts => new("group", Tatara.Protocol.PortRanges.None);

    private static HttpClient Http2Client(TestRouter router) =>
        new(TestClients.Handler(router.Ports.Https!)) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static async Task<RawResponse> AskAsync(RawClient client)
    {
        await client.SendAsync(Get);
        return await client.ReadResponseAsync();
    }

    private static async Task<(HttpStatusCode, string)> HealthAsync(TestRouter router)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync($"http://{router.Ports.Status}/healthz");
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition()) await Task.Delay(5);
    }

    private static async Task<bool> IsRefusedAsync(IPEndPoint endpoint)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(endpoint);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
