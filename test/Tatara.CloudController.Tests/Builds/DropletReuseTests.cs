using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Builds;
using Tatara.CloudController.Data;
using Tatara.CloudController.Tests.Deas;
using Tatara.CloudController.Tests.Packages;
using Tatara.CloudController.Tests.Support;
using Tatara.Protocol;

namespace Tatara.CloudController.Tests.Builds;

public sealed class DropletReuseTests : IAsyncLifetime
{
    private readonly CloudControllerFixture _cc = new();
    private readonly Seed _seed;
    private FakeDea _dea = null!;
    private SeededApp _app = null!;

    public DropletReuseTests() => _seed = new Seed(_cc);

    public async Task InitializeAsync()
    {
        await _cc.InitializeAsync();
        _dea = await FakeDea.StartAsync(_cc.Bus);
        await _seed.ChangeAsync(db =>
        {
            foreach (var (i, name) in ((string[])["one_buildpack", "two_buildpack"]).Index())
                db.Buildpacks.Add(new Buildpack { Name = name, State = "READY", Sha256 = new string((char)('a' + i), 64), Position = i + 1 });
            return Task.CompletedTask;
        });
        _app = await _seed.AppAsync();
    }

    public async Task DisposeAsync()
    {
        await _dea.DisposeAsync();
        await _cc.DisposeAsync();
    }

    [Fact]
    public async Task Push_SameAgain_IsStagedAtOnceWithACopyOfTheDroplet()
    {
        var first = await PushAsync();

        var package = await _cc.Admin.ReadyPackageAsync(_app.Guid);
        var build = await _cc.Admin.CreateAsync("/v3/builds", Of(package));

        ((string?)build["state"]).ShouldBe("STAGED");
        _dea.Stagings.Count.ShouldBe(1);
        var (old, copy) = (await DropletAsync(first), await DropletAsync(build));
        copy["guid"]!.ToString().ShouldNotBe(old["guid"]!.ToString());
        copy["checksum"]!.ToJsonString().ShouldBe(old["checksum"]!.ToJsonString());
        copy["process_types"]!.ToJsonString().ShouldBe(old["process_types"]!.ToJsonString());
        (await _cc.Admin.GetAsync($"/v3/packages/{package}/droplets?states=STAGED")).Expect(HttpStatusCode.OK)["resources"]!.AsArray().Count.ShouldBe(1);
        (await _cc.Admin.GetAsync($"/v3/droplets/{copy["guid"]}/download")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Push_SameAgain_SaysSoInTheStagingLog()
    {
        var bus = new MessageBus.NatsConnection(new MessageBus.NatsOptions { Servers = [_cc.Bus.Address], Json = ProtocolJson.Default.Options });
        await bus.ConnectAsync();
        var lines = new ConcurrentQueue<LogEntry>();
        var hearing = HearAsync();
        await bus.PingAsync();
        await PushAsync();

        await PushAsync();

        await Eventually.TrueAsync(() => lines.Any(l => l.SourceType == "STG"), "line in the staging log");
        Encoding.UTF8.GetString(lines.Single(l => l.SourceType == "STG").Payload).ShouldContain("cf restage");
        await bus.DisposeAsync();
        await hearing;

        async Task HearAsync()
        {
            await foreach (var batch in bus.SubscribeAsync<LogBatch>(Subjects.Logs))
                foreach (var line in batch.Data!.Entries) lines.Enqueue(line);
        }
    }

    [Fact]
    public async Task Restage_SamePackage_IsReallyStaged()
    {
        await PushAsync();
        var reused = await PushAsync();

        var restaged = await StageAsync((string)reused["package"]!["guid"]!);

        ((string?)restaged["state"]).ShouldBe("STAGED");
        _dea.Stagings.Count.ShouldBe(2);
    }

    public static TheoryData<string> Differences =>
    [
        "content", "mode", "variable", "group", "buildpack upgraded", "buildpack disabled", "order", "buildpack named", "url", "memory",
        "cache cleared", "last build failed", "long ago", "bits gone", "droplet deleted", "route",
    ];

    [Theory]
    [MemberData(nameof(Differences))]
    public async Task Push_SomethingDiffers_IsReallyStaged(string what)
    {
        await PushAsync();

        await ChangeAsync(what);
        var before = _dea.Stagings.Count;
        await PushAsync(what switch
        {
            "content" => new ZipBuilder().File("index.html", "other"),
            "mode" => new ZipBuilder().File("index.html", "hello", Convert.ToInt32("100755", 8)),
            _ => null,
        });

        _dea.Stagings.Count.ShouldBe(before + 1);
    }

    [Fact]
    public async Task Push_AnotherApp_IsReallyStaged()
    {
        await PushAsync();
        _app = await _seed.AppAsync();

        await PushAsync();

        _dea.Stagings.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Push_BuildpackFromAUrl_IsNeverReused()
    {
        await AppAsync(a => a.Buildpacks = ["https://example.org/buildpack.git"]);
        await PushAsync();

        await PushAsync();

        _dea.Stagings.Count.ShouldBe(2);
    }

    private Task ChangeAsync(string what) => what switch
    {
        "variable" => AppAsync(a => a.EnvironmentVariables = new Dictionary<string, string?> { ["COLOR"] = "red" }),
        "group" => _seed.ChangeAsync(async db =>
        {
            var group = await db.EnvironmentVariableGroups.SingleOrDefaultAsync(g => g.Name == "staging");
            if (group is null) db.EnvironmentVariableGroups.Add(group = new EnvironmentVariableGroup { Name = "staging" });
            group.Variables = new Dictionary<string, string?> { ["MIRROR"] = "here" };
        }),
        "buildpack upgraded" => BuildpacksAsync(b => b[0].Sha256 = new string('c', 64)),
        "buildpack disabled" => BuildpacksAsync(b => b[1].Enabled = false),
        "order" => BuildpacksAsync(b => (b[0].Position, b[1].Position) = (2, 1)),
        "buildpack named" => AppAsync(a => a.Buildpacks = ["one_buildpack"]),
        "url" => AppAsync(a => a.Buildpacks = ["https://example.org/buildpack.git"]),
        "memory" => _seed.ChangeAsync(async db => (await db.Processes.SingleAsync(p => p.AppGuid == _app.Guid && p.Type == "web")).MemoryMb = 4000),
        "cache cleared" => ClearCacheAsync(),
        "last build failed" => FailAsync(),
        "long ago" => _seed.ChangeAsync(async db => (await db.Builds.SingleAsync()).StartedAt -= DropletReuse.MaxAge),
        "bits gone" => _seed.ChangeAsync(async db =>
            await _cc.Services.GetRequiredService<IBlobstore>().DeleteAsync(BlobKeys.Droplet((await db.Droplets.SingleAsync()).Guid))),
        "droplet deleted" => _seed.ChangeAsync(async db => db.Droplets.Remove(await db.Droplets.SingleAsync())),
        "route" => _seed.RouteAsync(_app, "elsewhere"),
        _ => Task.CompletedTask,
    };

    private async Task ClearCacheAsync() =>
        await _cc.Admin.WaitForJobAsync(await _cc.Admin.PostAsync($"/v3/apps/{_app.Guid}/actions/clear_buildpack_cache"));

    private async Task FailAsync()
    {
        _dea.Stage = m => Task.FromResult<StagingReply?>(new StagingReply(m.TaskId, Error: "no", ErrorInfo: new StagingErrorInfo("StagingError", "no")));
        await PushAsync(new ZipBuilder().File("index.html", "broken"));
        _dea.Stage = FakeDea.StageWellAsync;
    }

    private Task AppAsync(Action<App> change) => _seed.ChangeAsync(async db => change(await db.Apps.SingleAsync(a => a.Guid == _app.Guid)));

    private Task BuildpacksAsync(Action<List<Buildpack>> change) =>
        _seed.ChangeAsync(async db => change(await db.Buildpacks.OrderBy(b => b.Position).ToListAsync()));

    private async Task<JsonNode> PushAsync(ZipBuilder? bits = null) => await StageAsync(await _cc.Admin.ReadyPackageAsync(_app.Guid, bits?.Build().ToArray()));

    private async Task<JsonNode> StageAsync(string package)
    {
        var guid = (string)(await _cc.Admin.CreateAsync("/v3/builds", Of(package)))["guid"]!;
        return await Eventually.GetAsync(
            async () => (await _cc.Admin.GetAsync($"/v3/builds/{guid}")).Expect(HttpStatusCode.OK) is { } b && (string?)b["state"] != "STAGING" ? b : null,
            "end of the build");
    }

    private async Task<JsonNode> DropletAsync(JsonNode build) => (await _cc.Admin.GetAsync($"/v3/droplets/{build["droplet"]!["guid"]}")).Expect(HttpStatusCode.OK);

    private static object Of(string package) => new { package = new { guid = package } };
}
