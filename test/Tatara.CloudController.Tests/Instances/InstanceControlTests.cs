using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;
using Tatara.CloudController.Instances;
using Tatara.CloudController.Tests.Deas;
using Tatara.CloudController.Tests.Support;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Tests.Instances;

public sealed class InstanceControlTests : IAsyncLifetime
{
    private readonly CloudControllerFixture _cc = new();
    private readonly Seed _seed;
    private FakeDea _dea = null!;

    public InstanceControlTests()
    {
        _seed = new Seed(_cc);
        _cc.Replace = _ => { };
    }

    public async Task InitializeAsync()
    {
        await _cc.InitializeAsync();
        _dea = await FakeDea.StartAsync(_cc.Bus);
        await Eventually.TrueAsync(() => _cc.Services.GetRequiredService<CloudController.Deas.DeaPool>().StagerSeen("dea-1") is not null, "advertisement");
        // A Cloud Controller that has just started looks by itself for apps that are to run: not for those of the test.
        await _cc.Services.GetServices<IHostedService>().OfType<UnsentChanges>().Single().ExecuteTask!;
    }

    public async Task DisposeAsync()
    {
        await _dea.DisposeAsync();
        await _cc.DisposeAsync();
    }

    [Fact]
    public async Task DesiredStateChanged_Started_StartsEveryIndexWithAllItNeeds()
    {
        var app = await _seed.AppAsync(instances: 2, staged: true);
        await _seed.RouteAsync(app, "dora");
        await _seed.RouteAsync(app, "dora", "/path");
        await _seed.RouteAsync(app, "other", processType: "worker");
        await _seed.ChangeAsync(async db =>
        {
            var row = await db.Apps.SingleAsync(a => a.Guid == app.Guid);
            (row.EnvironmentVariables, row.DesiredState) = (new Dictionary<string, string?> { ["A"] = "1", ["B"] = "2" }, AppStates.Started);
        });

        await ChangedAsync(app);

        var messages = new[] { await _dea.NextStartAsync(), await _dea.NextStartAsync() };
        messages.Select(m => m.Index).ShouldBe([0, 1]);
        var message = messages[0];
        message.Droplet.ShouldBe(app.Guid);
        message.Version.ShouldBe(app.Version);
        message.Uris.ShouldBe(["dora.apps.test", "dora.apps.test/path"]);
        message.Env.ShouldBe(["A=1", "B=2"]);
        message.StartCommand.ShouldBe("run-web");
        message.Limits.ShouldBe(new InstanceLimits(256, 512, 16384, -1));
        message.Stack.ShouldBe("bookworm");
        message.ExecutableUri.ShouldContain("/internal/blobs/droplets/");
        Vcap(message, "application_id").ShouldBe(app.Guid);
        Vcap(message, "application_name").ShouldBe(app.Name);
        Vcap(message, "space_id").ShouldBe(app.Space);
        Vcap(message, "organization_id").ShouldBe(app.Organization);
        Vcap(message, "cf_api").ShouldBe("https://api.tatara.test");
    }

    [Fact]
    public async Task DesiredStateChanged_ScaledUpAndDown_TouchesOnlyTheDifference()
    {
        var app = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        await ChangedAsync(app);
        (await _dea.NextStartAsync()).Index.ShouldBe(0);

        await ScaleAsync(app, 3);
        (await _dea.NextStartAsync()).Index.ShouldBe(1);
        (await _dea.NextStartAsync()).Index.ShouldBe(2);
        await ScaleAsync(app, 1);
        var stop = await _dea.NextStopAsync();

        stop.Indices.ShouldBe([1, 2]);
        stop.Version.ShouldBe(app.Version);
        _dea.Starts.ShouldBeEmpty();
    }

    [Fact]
    public async Task DesiredStateChanged_ScaledAfterARestartOfCloudController_TouchesOnlyTheDifference()
    {
        var app = await _seed.AppAsync(instances: 2, AppStates.Started, staged: true);
        await ChangedAsync(app);
        await _dea.NextStartAsync();
        await _dea.NextStartAsync();

        await _cc.StopAsync();
        await _cc.StartAsync();
        await Eventually.TrueAsync(() => _cc.Services.GetRequiredService<CloudController.Deas.DeaPool>().StagerSeen("dea-1") is not null, "advertisement");
        await ScaleAsync(app, 3);

        (await _dea.NextStartAsync()).Index.ShouldBe(2);
        _dea.Starts.ShouldBeEmpty();
    }

    [Fact]
    public async Task DesiredStateChanged_KilledBeforeItWasSent_IsSentAfterTheRestart()
    {
        var started = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        var stopped = await _seed.AppAsync(instances: 1, AppStates.Stopped, staged: true);
        var settled = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        await _seed.ChangeAsync(async db =>
        {
            (await db.Processes.SingleAsync(p => p.Guid == stopped.Guid)).SentVersion = "old";
            var process = await db.Processes.SingleAsync(p => p.Guid == settled.Guid);
            (process.SentVersion, process.SentInstances) = (process.Version, 1);
        });

        await _cc.StopAsync();
        await _cc.StartAsync();

        (await _dea.NextStopAsync()).ShouldBe(new DeaStopMessage(stopped.Guid, "old"));
        (await _dea.NextStartAsync()).Droplet.ShouldBe(started.Guid);
        _dea.Starts.ShouldBeEmpty();
    }

    [Fact]
    public async Task DesiredStateChanged_NewVersion_ReplacesTheOld()
    {
        var app = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        await ChangedAsync(app);
        await _dea.NextStartAsync();

        await _seed.ChangeAsync(async db => (await db.Processes.SingleAsync(p => p.Guid == app.Guid)).Version = "v2");
        await ChangedAsync(app);

        (await _dea.NextStopAsync()).ShouldBe(new DeaStopMessage(app.Guid, app.Version));
        (await _dea.NextStartAsync()).Version.ShouldBe("v2");
    }

    [Fact]
    public async Task Update_HealthChecks_InstancesRunOn()
    {
        var app = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        await ChangedAsync(app);
        var first = await _dea.NextStartAsync();

        (await _cc.Admin.PatchAsync($"/v3/processes/{app.Guid}", """{"health_check":{"type":"http","data":{"endpoint":"/a"}},"readiness_health_check":{"type":"http","data":{"endpoint":"/b"}}}""")).Expect(HttpStatusCode.OK);
        (await _cc.Admin.PostAsync($"/v3/processes/{app.Guid}/actions/scale", """{"instances":2}""")).Expect(HttpStatusCode.Accepted);

        var second = await _dea.NextStartAsync();
        (second.Index, second.Version).ShouldBe((1, first.Version));
        _dea.Stops.ShouldBeEmpty();
    }

    [Fact]
    public async Task DesiredStateChanged_Stopped_StopsTheVersionThatRan()
    {
        var app = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        await ChangedAsync(app);
        await _dea.NextStartAsync();

        await _seed.ChangeAsync(async db => (await db.Apps.SingleAsync(a => a.Guid == app.Guid)).DesiredState = AppStates.Stopped);
        await ChangedAsync(app);

        (await _dea.NextStopAsync()).ShouldBe(new DeaStopMessage(app.Guid, app.Version));
    }

    [Fact]
    public async Task DesiredStateChanged_Always_TellsTheHealthManager()
    {
        await using var bus = new NatsConnection(new NatsOptions { Servers = [_cc.Bus.Address], Json = ProtocolJson.Default.Options });
        await using var heard = await bus.SubscribeCoreAsync<DropletUpdated>(Subjects.DropletUpdated);
        await bus.ConnectAsync();
        var app = await _seed.AppAsync();

        await ChangedAsync(app);

        (await heard.Messages.ReadAsync(new CancellationTokenSource(10_000).Token)).Data!.Droplet.ShouldBe(app.Guid);
    }

    [Fact]
    public async Task DesiredStateChanged_RoomComesWhenTheOldInstancesAreGone_StartsThen()
    {
        _dea.Memory = 100;
        await _dea.AdvertiseAsync();
        await Eventually.TrueAsync(
            () => _cc.Services.GetRequiredService<CloudController.Deas.DeaPool>().PlaceInstance("x", new(200, 1, "bookworm")) is null, "full DEA");
        var app = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        await ChangedAsync(app);
        _dea.Starts.ShouldBeEmpty();

        _dea.Memory = 1000;

        (await _dea.NextStartAsync()).Index.ShouldBe(0);
    }

    [Fact]
    public async Task DesiredStateChanged_DeaRefuses_IsPlacedAgainAndIsNoCrash()
    {
        var app = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        await ChangedAsync(app);
        await _dea.NextStartAsync();

        await _dea.PublishAsync(Subjects.DropletExited, new DropletExited(
            app.Guid, app.Version, "refused-1", 0, ExitReasons.Refused, -1, "insufficient resources: draining"));

        (await _dea.NextStartAsync()).Index.ShouldBe(0);
        (await _seed.ReadAsync(db => db.AuditEvents.CountAsync(e => e.Type.Contains("crash")))).ShouldBe(0);
    }

    [Fact]
    public async Task DesiredStateChanged_ReadinessCheck_IsInTheStartMessage()
    {
        var app = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        await _seed.ChangeAsync(async db =>
        {
            var process = await db.Processes.SingleAsync(p => p.Guid == app.Guid);
            process.HealthCheckInterval = 7;
            (process.ReadinessHealthCheckType, process.ReadinessHealthCheckHttpEndpoint) = ("http", "/ready");
            (process.ReadinessHealthCheckInvocationTimeout, process.ReadinessHealthCheckInterval) = (2, 3);
        });

        await ChangedAsync(app);

        var start = await _dea.NextStartAsync();
        start.HealthCheckInterval.ShouldBe(7);
        start.Readiness.ShouldBe(new ReadinessCheck("http", "/ready", 2, 3));
    }

    [Fact]
    public async Task RoutesChanged_App_TellsDeasItsRoutes()
    {
        var app = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        await _seed.RouteAsync(app, "new");

        await WithControlAsync(c => c.RoutesChangedAsync(app.Guid, default));

        var update = await _dea.NextUpdateAsync();
        update.Droplet.ShouldBe(app.Guid);
        update.Uris.ShouldBe(["new.apps.test"]);
    }

    [Fact]
    public async Task StopInstance_Running_IsReplaced()
    {
        var app = await _seed.AppAsync(instances: 2, AppStates.Started, staged: true);
        _dea.Instances["i1"] = new FindDropletResponse("dea-1", app.Guid, app.Version, "i1", 1, InstanceStates.Running, 0);
        var process = await _seed.ReadAsync(db => db.Processes.SingleAsync(p => p.Guid == app.Guid));

        await WithControlAsync(c => c.StopInstanceAsync(process, 1, default));

        (await _dea.NextStopAsync()).Instances.ShouldBe(["i1"]);
        (await _dea.NextStartAsync()).Index.ShouldBe(1);
    }

    [Fact]
    public async Task Stop_App_StopsInstancesAndStaging()
    {
        await WithControlAsync(c => c.StopAsync("app", ["web", "worker"], default));

        (await _dea.NextStopAsync()).ShouldBe(new DeaStopMessage("web"));
        (await _dea.NextStopAsync()).ShouldBe(new DeaStopMessage("worker"));
        (await _dea.NextStagingStopAsync()).ShouldBe(new StagingStopMessage("app"));
    }

    private static string? Vcap(DeaStartMessage message, string name) =>
        message.VcapApplication.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private async Task ScaleAsync(SeededApp app, int instances)
    {
        await _seed.ChangeAsync(async db => (await db.Processes.SingleAsync(p => p.Guid == app.Guid)).Instances = instances);
        await ChangedAsync(app);
    }

    private Task ChangedAsync(SeededApp app) => WithControlAsync(c => c.DesiredStateChangedAsync(app.Guid, default));

    private async Task WithControlAsync(Func<IInstanceControl, Task> act)
    {
        await using var scope = _cc.Services.CreateAsyncScope();
        await act(scope.ServiceProvider.GetRequiredService<IInstanceControl>());
    }
}
