using System.Net;
using System.Text.Json.Nodes;
using Tatara.CloudController.Tests.Deas;
using Tatara.CloudController.Tests.Packages;
using Tatara.CloudController.Tests.Support;
using Tatara.Protocol;

namespace Tatara.CloudController.Tests.Instances;

/// <summary>The requests of "cf push", "cf scale", "cf restart", "cf events" and "cf delete", in their order.</summary>
public sealed class PushTests : IAsyncLifetime
{
    private readonly CloudControllerFixture _cc = new() { Replace = _ => { } };
    private FakeDea _dea = null!;

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
    public async Task Push_ToDelete_GoesAllTheWay()
    {
        var cf = _cc.Admin;
        var organization = (string)(await cf.CreateAsync("/v3/organizations", new { name = "o" }))["guid"]!;
        var space = (string)(await cf.CreateAsync("/v3/spaces", new { name = "s", relationships = new { organization = One(organization) } }))["guid"]!;
        var app = (string)(await cf.CreateAsync("/v3/apps", new { name = "dora", relationships = new { space = One(space) } }))["guid"]!;

        var package = await cf.ReadyPackageAsync(app);
        var build = (string)(await cf.CreateAsync("/v3/builds", new { package = new { guid = package } }))["guid"]!;
        var staged = await Eventually.GetAsync(
            async () => (await cf.GetAsync($"/v3/builds/{build}")).Json is { } b && (string?)b["state"] == "STAGED" ? b : null, "staged build");
        (await cf.PatchAsync($"/v3/apps/{app}/relationships/current_droplet", new { data = new { guid = (string)staged["droplet"]!["guid"]! } })).Expect(HttpStatusCode.OK);
        (await cf.PostAsync($"/v3/apps/{app}/actions/start")).Expect(HttpStatusCode.OK);
        var start = await _dea.NextStartAsync();
        (start.Droplet, start.Index, start.StartCommand).ShouldBe((app, 0, "run-web"));
        (await FakeDea.FetchAsync(start.ExecutableUri)).ShouldBe(FakeDea.DropletBits);

        (await cf.PostAsync($"/v3/apps/{app}/processes/web/actions/scale", new { instances = 3 })).Expect(HttpStatusCode.Accepted);
        (await _dea.NextStartAsync()).Index.ShouldBe(1);
        var last = await _dea.NextStartAsync();
        (last.Index, last.Version).ShouldBe((2, start.Version));

        await _dea.PublishAsync(Subjects.DropletExited, new DropletExited(app, start.Version, "i", 2, ExitReasons.Crashed, 137, "killed", 1));
        await _dea.PublishAsync(Subjects.Hm9000Start, new HmStart("m1", app, start.Version, 2));
        (await _dea.NextStartAsync()).Index.ShouldBe(2);
        var events = await Eventually.GetAsync(
            async () => (await cf.GetAsync($"/v3/audit_events?target_guids={app}")).Json["resources"]!.AsArray() is { } all
                && all.Any(e => (string?)e!["type"] == "audit.app.process.crash") ? all : null,
            "crash among the events");
        ((int)events.Single(e => (string?)e!["type"] == "audit.app.process.crash")!["data"]!["index"]!).ShouldBe(2);

        (await cf.PostAsync($"/v3/apps/{app}/actions/restart")).Expect(HttpStatusCode.OK);
        (await _dea.NextStopAsync()).ShouldBe(new DeaStopMessage(app, start.Version));
        (await _dea.NextStartAsync()).Version.ShouldNotBe(start.Version);

        ((string?)(await cf.WaitForJobAsync(await cf.DeleteAsync($"/v3/apps/{app}")))["state"]).ShouldBe("COMPLETE");
        (await _dea.NextStopAsync()).Version.ShouldBeNull();
        Directory.GetFiles(Path.Combine(_cc.DirectoryPath, "blobs"), "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    private static JsonObject One(string guid) => new() { ["data"] = new JsonObject { ["guid"] = guid } };
}
