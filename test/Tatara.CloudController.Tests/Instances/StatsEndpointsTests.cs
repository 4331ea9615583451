using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Tests.Deas;
using Tatara.CloudController.Tests.Support;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Tests.Instances;

public sealed class StatsEndpointsTests : IAsyncLifetime
{
    private readonly CloudControllerFixture _cc = new();
    private readonly Seed _seed;
    private FakeDea _dea = null!;

    public StatsEndpointsTests() => _seed = new Seed(_cc);

    public async Task InitializeAsync()
    {
        await _cc.InitializeAsync();
        _dea = await FakeDea.StartAsync(_cc.Bus);
    }

    public async Task DisposeAsync()
    {
        await _dea.DisposeAsync();
        await _cc.DisposeAsync();
    }

    [Fact]
    public async Task Get_AllThere_ShowsEveryDetail()
    {
        var app = await _seed.AppAsync(instances: 2, AppStates.Started, staged: true);
        Add(app, 0, InstanceStates.Running, new InstanceUsage(new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), 0.5, 0.25, 1000, 2000, 3));
        Add(app, 1, InstanceStates.Starting, null);

        var stats = await StatsAsync($"/v3/processes/{app.Guid}/stats");

        var first = stats[0]!;
        ((string?)first["type"]).ShouldBe("web");
        ((int)first["index"]!).ShouldBe(0);
        ((string?)first["state"]).ShouldBe("RUNNING");
        ((bool)first["routable"]!).ShouldBeTrue();
        ((string?)first["instance_guid"]).ShouldBe("instance-0");
        ((string?)first["host"]).ShouldBe("10.0.0.1");
        ((long)first["uptime"]!).ShouldBe(12);
        ((long)first["mem_quota"]!).ShouldBe(1 << 28);
        ((int)first["instance_ports"]![0]!["external"]!).ShouldBe(61001);
        ((int)first["instance_ports"]![0]!["internal"]!).ShouldBe(8080);
        ((double)first["usage"]!["cpu"]!).ShouldBe(0.5);
        ((string?)first["usage"]!["time"]).ShouldBe("2026-01-02T03:04:05.000000Z");
        ((string?)stats[1]!["state"]).ShouldBe("STARTING");
        stats[1]!["usage"]!.AsObject().ShouldBeEmpty();
    }

    [Fact]
    public async Task Get_AllThere_AnswersAtOnce()
    {
        var app = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        Add(app, 0, InstanceStates.Running, null);
        await StatsAsync($"/v3/processes/{app.Guid}/stats");
        var clock = Stopwatch.StartNew();

        await StatsAsync($"/v3/apps/{app.Guid}/processes/web/stats");

        clock.Elapsed.ShouldBeLessThan(CloudController.Deas.DeaClient.FindBound);
    }

    [Fact]
    public async Task Get_OneMissing_SaysStartingAtFirstAndDownLater()
    {
        var app = await _seed.AppAsync(instances: 2, AppStates.Started, staged: true);
        Add(app, 1, InstanceStates.Running, null);

        (await StatesAsync(app)).ShouldBe(["STARTING", "RUNNING"]);
        await _seed.ReadAsync(db => db.Processes.Where(p => p.Guid == app.Guid)
            .ExecuteUpdateAsync(s => s.SetProperty(p => p.UpdatedAt, DateTimeOffset.UtcNow.AddMinutes(-1))));
        (await StatesAsync(app)).ShouldBe(["DOWN", "RUNNING"]);
    }

    [Fact]
    public async Task Get_OneMissingThatCrashed_SaysCrashed()
    {
        var app = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        await using var healthManager = new NatsConnection(new NatsOptions { Servers = [_cc.Bus.Address], Json = ProtocolJson.Default.Options });
        await using var questions = await healthManager.SubscribeCoreAsync<AppStateRequest>(Subjects.AppState);
        await healthManager.ConnectAsync();
        var answering = Task.Run(async () =>
        {
            var question = await questions.Messages.ReadAsync();
            await question.ReplyAsync(new AppStateResponse(app.Guid, app.Version, [], [new CrashCount(app.Guid, app.Version, 0, 4, 0)]));
        });

        var stats = await StatsAsync($"/v3/processes/{app.Guid}/stats");

        await answering;
        ((string?)stats[0]!["state"]).ShouldBe("CRASHED");
        ((string?)stats[0]!["details"]).ShouldBe("crashed 4 times lately");
    }

    [Fact]
    public async Task Get_Stopped_SaysDownAtOnce()
    {
        var app = await _seed.AppAsync(instances: 1, staged: true);

        (await StatesAsync(app)).ShouldBe(["DOWN"]);
    }

    [Fact]
    public async Task Get_UnknownOrForeign_IsNotFound()
    {
        var app = await _seed.AppAsync();

        (await _cc.Admin.GetAsync("/v3/processes/nothing/stats")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Process not found");
        (await _cc.Admin.GetAsync($"/v3/apps/{app.Guid}/processes/nothing/stats")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound");
        (await _cc.User("stranger").GetAsync($"/v3/processes/{app.Guid}/stats")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private void Add(SeededApp app, int index, string state, InstanceUsage? usage) =>
        _dea.Instances[$"{app.Guid}/{index}"] = new FindDropletResponse(
            "dea-1", app.Guid, app.Version, $"instance-{index}", index, state, 0,
            new InstanceStats(app.Name, [], "10.0.0.1", 61001 + index, 8080, 12.7, 1 << 28, 1 << 29, 16384, state == InstanceStates.Running, usage));

    private async Task<JsonArray> StatsAsync(string path) => (await _cc.Admin.GetAsync(path)).Expect(HttpStatusCode.OK)["resources"]!.AsArray();

    private async Task<IEnumerable<string?>> StatesAsync(SeededApp app) =>
        (await StatsAsync($"/v3/processes/{app.Guid}/stats")).Select(i => (string?)i!["state"]);
}
