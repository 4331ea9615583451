using System.Net;
using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Instances;

public sealed class ReadinessTests
{
    private static readonly ReadinessCheck Ready = new("http", "/ready", InvocationTimeout: 1, Interval: 1);

    [Fact]
    public async Task Readiness_FailsAndPassesAgain_OnlyItsRoutingFollows()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        using var app = new HttpApp();
        dea.Runtime.OnCreate = app.ServeAsync;
        app.Status = 503;

        // 1. It runs, and is not ready.
        await dea.SendStartAsync(dea.StartMessage() with { Readiness = Ready });
        var running = await dea.Bus.WaitForAsync<DeaHeartbeat>(Subjects.DeaHeartbeat, h => h.Droplets is [{ State: "RUNNING", Ready: false }]);
        await Bus.UntilAsync(() => app.Asked > 1, "it is asked again");
        dea.Bus.Heard<RouterRegistration>(Subjects.RouterRegister).ShouldBeEmpty();
        (await FindAsync(dea)).Stats!.Routable.ShouldBeFalse();

        // 2. Ready.
        app.Status = 200;
        var registration = await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, _ => true);
        await dea.Bus.WaitForAsync<DeaHeartbeat>(Subjects.DeaHeartbeat, h => h.Droplets is [{ State: "RUNNING", Ready: null }]);
        (await FindAsync(dea)).Stats!.Routable.ShouldBeTrue();

        // 3. Not ready any more: out of routing and otherwise as it was.
        app.Status = 500;
        (await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterUnregister, _ => true)).PrivateInstanceId.ShouldBe(registration.PrivateInstanceId);
        await Bus.UntilAsync(
            () => dea.Bus.Logs.Any(l => System.Text.Encoding.UTF8.GetString(l.Payload) == "Container is not ready and gets no requests: GET /ready was answered with 500 instead of 200"), "the app's log says why");

        // 4. And back.
        dea.Bus.Forget();
        app.Status = 200;
        await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, _ => true);
        dea.Runtime.Containers.Single().Stops.ShouldBeEmpty();
        dea.Bus.Heard<DropletExited>(Subjects.DropletExited).ShouldBeEmpty();
        (await FindAsync(dea)).Instance.ShouldBe(running.Droplets[0].Instance);
    }

    [Fact]
    public async Task Stop_WhileNotReady_IsNotRegisteredAgain()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        using var app = new HttpApp { Status = 503 };
        dea.Runtime.OnCreate = app.ServeAsync;
        await dea.SendStartAsync(dea.StartMessage() with { Readiness = Ready });
        await Bus.UntilAsync(() => app.Asked > 0, "it is asked");

        app.Status = 200;
        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(DeaUnderTest.App));

        await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, e => e.Reason == ExitReasons.Stopped);
        var last = dea.Bus.Heard<RouterRegistration>(Subjects.RouterRegister).Count;
        dea.Bus.Heard<RouterRegistration>(Subjects.RouterUnregister).Count.ShouldBeGreaterThanOrEqualTo(last);
    }

    [Fact]
    public async Task Liveness_IntervalOfTheApp_FailsThreeTimesAndCrashes()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        using var app = new HttpApp();
        dea.Runtime.OnCreate = app.ServeAsync;
        await dea.RunInstanceAsync(dea.StartMessage(type: "http") with { HealthCheckHttpEndpoint = "/health", HealthCheckInterval = 1 });

        app.Status = 500;

        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true, 30);
        exited.ExitDescription.ShouldBe("failed health check: GET /health was answered with 500 instead of 200, 3 times in a row");
        await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterUnregister, _ => true);
    }

    [Fact]
    public async Task Start_HttpNeverAnswers200_SaysWhatItAnswered()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        using var app = new HttpApp { Status = 404 };
        dea.Runtime.OnCreate = app.ServeAsync;

        await dea.SendStartAsync(dea.StartMessage(type: "http", timeout: 1) with { HealthCheckHttpEndpoint = "/health" });

        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        exited.ExitDescription.ShouldBe("failed health check within 1 s: GET /health was answered with 404 instead of 200");
    }

    private static async Task<FindDropletResponse> FindAsync(DeaUnderTest dea) => (await dea.Bus.Connection.RequestAsync<FindDropletRequest, FindDropletResponse>(
        Subjects.DeaFindDroplet, new FindDropletRequest(DeaUnderTest.App, IncludeStats: true), TimeSpan.FromSeconds(5))).Data!;

    /// <summary>An app that answers every request with one status.</summary>
    private sealed class HttpApp : IDisposable
    {
        private readonly HttpListener _listener = new();
        private int _asked;

        public int Status { get; set; } = 200;
        public int Asked => _asked;

        public Task ServeAsync(FakeContainer container)
        {
            _listener.Prefixes.Add($"http://127.0.0.1:{container.Spec.Ports[0].HostPort}/");
            _listener.Start();
            _ = Task.Run(AnswerAsync);
            return Task.CompletedTask;
        }

        public void Dispose() => _listener.Close();

        private async Task AnswerAsync()
        {
            while (_listener.IsListening)
            {
                try
                {
                    var context = await _listener.GetContextAsync();
                    context.Response.StatusCode = Status;
                    context.Response.Close();
                    Interlocked.Increment(ref _asked);
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
                {
                    return;
                }
            }
        }
    }
}
