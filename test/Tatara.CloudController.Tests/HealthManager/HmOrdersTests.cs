using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Data;
using Tatara.CloudController.Tests.Deas;
using Tatara.CloudController.Tests.Support;
using Tatara.Protocol;

namespace Tatara.CloudController.Tests.HealthManager;

public sealed class HmOrdersTests : IAsyncLifetime
{
    private readonly CloudControllerFixture _cc = new();
    private readonly Seed _seed;
    private FakeDea _dea = null!;
    private SeededApp _app = null!;

    public HmOrdersTests() => _seed = new Seed(_cc);

    public async Task InitializeAsync()
    {
        await _cc.InitializeAsync();
        _dea = await FakeDea.StartAsync(_cc.Bus);
        await Eventually.TrueAsync(() => _cc.Services.GetRequiredService<CloudController.Deas.DeaPool>().StagerSeen("dea-1") is not null, "advertisement");
        _app = await _seed.AppAsync(instances: 2, AppStates.Started, staged: true, sent: true);
    }

    public async Task DisposeAsync()
    {
        await _dea.DisposeAsync();
        await _cc.DisposeAsync();
    }

    [Fact]
    public async Task Start_StillWanted_StartsThatIndexOnce()
    {
        await StartAsync("m1", _app.Version, 1);
        await StartAsync("m1", _app.Version, 1);
        await StartAsync("m2", _app.Version, 0);

        (await _dea.NextStartAsync()).Index.ShouldBe(1);
        (await _dea.NextStartAsync()).Index.ShouldBe(0);
        _dea.Starts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Start_OrderedAgainBeforeItCouldShow_StartsOnce_AndAgainAfterACrash()
    {
        await StartAsync("m1", _app.Version, 1);
        await StartAsync("m2", _app.Version, 1);
        (await _dea.NextStartAsync()).Index.ShouldBe(1);
        await StartAsync("m3", _app.Version, 1);
        await _dea.PublishAsync(Subjects.Hm9000Start, new HmStart("m4", _app.Guid, _app.Version, 1, Crashes: 1));
        (await _dea.NextStartAsync()).Index.ShouldBe(1);
        await StartAsync("last", _app.Version, 0);

        (await _dea.NextStartAsync()).Index.ShouldBe(0);
        _dea.Starts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Start_ManyAppsAtOnce_OneOfThemBroken_TheOthersStart()
    {
        var broken = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);
        await _seed.ChangeAsync(db => db.Spaces.Where(s => s.Guid == broken.Space).ExecuteDeleteAsync());
        var other = await _seed.AppAsync(instances: 1, AppStates.Started, staged: true);

        await _dea.PublishAsync(Subjects.Hm9000Start, new HmStart("m1", broken.Guid, broken.Version, 0));
        await _dea.PublishAsync(Subjects.Hm9000Start, new HmStart("m2", other.Guid, other.Version, 0));
        await StartAsync("m3", _app.Version, 0);

        string[] started = [(await _dea.NextStartAsync()).Droplet, (await _dea.NextStartAsync()).Droplet];
        started.ShouldBe([other.Guid, _app.Guid], ignoreOrder: true);
    }

    [Fact]
    public async Task Start_NotWantedAnyMore_DoesNothing()
    {
        await StartAsync("m1", "old version", 0);
        await StartAsync("m2", _app.Version, 2);
        await StartAsync("m3", _app.Version, -1);
        await _dea.PublishAsync(Subjects.Hm9000Start, new HmStart("m4", "unknown", "v", 0));
        await StartAsync("last", _app.Version, 1);

        (await _dea.NextStartAsync()).Index.ShouldBe(1);
        _dea.Starts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Start_NoRoom_TellsTheUserOnce()
    {
        _dea.Memory = 1;
        await _dea.AdvertiseAsync();
        await Eventually.TrueAsync(
            () => _cc.Services.GetRequiredService<CloudController.Deas.DeaPool>().PlaceInstance("x", new(2, 1, "bookworm")) is null, "full DEA");

        await StartAsync("m1", _app.Version, 0);
        await StartAsync("m2", _app.Version, 0);

        var trouble = await EventAsync("audit.app.process.placement_failed");
        ((string?)trouble["reason"]).ShouldBe("INSUFFICIENT_RESOURCES");
        var stats = (await _cc.Admin.GetAsync($"/v3/processes/{_app.Guid}/stats")).Expect(System.Net.HttpStatusCode.OK)["resources"]!;
        ((string?)stats[0]!["state"]).ShouldBe("DOWN");
        ((string?)stats[0]!["details"]).ShouldStartWith("insufficient resources");
        (await _seed.ReadAsync(db => db.AuditEvents.CountAsync(e => e.Type == "audit.app.process.placement_failed"))).ShouldBe(1);
    }

    [Theory]
    [InlineData("old version", 0, false)]
    [InlineData(null, 2, false)]
    [InlineData(null, 0, true)]
    public async Task Stop_NotWanted_StopsThatInstance(string? version, int index, bool duplicate)
    {
        await StopAsync("m1", version ?? _app.Version, index, duplicate);

        var stop = await _dea.NextStopAsync();
        stop.Instances.ShouldBe(["instance"]);
        stop.Indices.ShouldBeNull();
    }

    [Fact]
    public async Task Stop_StillWanted_DoesNothing()
    {
        await StopAsync("m1", _app.Version, 1, duplicate: false);
        await StopAsync("m2", "old version", 1, duplicate: false);

        await _dea.NextStopAsync();
        _dea.Stops.ShouldBeEmpty();
    }

    [Fact]
    public async Task Exit_Crashed_IsAnEventOfTheApp()
    {
        await ExitAsync("i1", ExitReasons.Crashed);
        await ExitAsync("i1", ExitReasons.Crashed);
        await ExitAsync("i2", ExitReasons.Stopped);

        var crash = await EventAsync("audit.app.process.crash");

        ((int)crash["index"]!).ShouldBe(1);
        ((string?)crash["exit_description"]).ShouldBe("out of memory");
        ((string?)crash["reason"]).ShouldBe("CRASHED");
        ((string?)crash["instance"]).ShouldBe("i1");
        (await _seed.ReadAsync(db => db.AuditEvents.Where(e => e.TargetGuid == _app.Guid).Select(e => e.Type).ToListAsync()))
            .ShouldBe(["audit.app.process.crash", "app.crash"]);
    }

    [Fact]
    public async Task Listener_Garbage_GoesOn()
    {
        await _dea.PublishAsync(Subjects.Hm9000Start, new EmptyMessage());
        await StartAsync("m1", _app.Version, 0);

        await _dea.NextStartAsync();
    }

    private ValueTask StartAsync(string id, string version, int index) =>
        _dea.PublishAsync(Subjects.Hm9000Start, new HmStart(id, _app.Guid, version, index));

    private ValueTask StopAsync(string id, string version, int index, bool duplicate) =>
        _dea.PublishAsync(Subjects.Hm9000Stop, new HmStop(id, _app.Guid, version, index, "instance", duplicate));

    private ValueTask ExitAsync(string instance, string reason) =>
        _dea.PublishAsync(Subjects.DropletExited, new DropletExited(_app.Guid, _app.Version, instance, 1, reason, 137, "out of memory"));

    private async Task<JsonNode> EventAsync(string type) => JsonNode.Parse((await Eventually.GetAsync(
        () => _seed.ReadAsync(db => db.AuditEvents.FirstOrDefaultAsync(e => e.Type == type && e.TargetGuid == _app.Guid)), type + " event")).Data)!;
}
