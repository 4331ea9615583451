using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Builds;
using Tatara.CloudController.Data;
using Tatara.CloudController.Tests.Deas;
using Tatara.CloudController.Tests.Packages;
using Tatara.CloudController.Tests.Support;
using Tatara.Protocol;

namespace Tatara.CloudController.Tests.Builds;

public sealed class BuildEndpointsTests : IAsyncLifetime
{
    private readonly CloudControllerFixture _cc = new();
    private readonly Seed _seed;
    private FakeDea _dea = null!;

    public BuildEndpointsTests() => _seed = new Seed(_cc);

    public async Task InitializeAsync()
    {
        _cc.Replace = services => services.AddSingleton(new StagingTimes
        {
            Timeout = TimeSpan.FromSeconds(3), Slack = TimeSpan.Zero, Acceptance = TimeSpan.FromSeconds(1), Search = TimeSpan.FromSeconds(2),
            Silence = TimeSpan.FromSeconds(2), Look = TimeSpan.FromSeconds(0.1),
        });
        await _cc.InitializeAsync();
        _dea = await FakeDea.StartAsync(_cc.Bus);
    }

    public async Task DisposeAsync()
    {
        await _dea.DisposeAsync();
        await _cc.DisposeAsync();
    }

    [Fact]
    public async Task Create_Package_BecomesADroplet()
    {
        var (app, package) = await AppWithPackageAsync();
        await _seed.ChangeAsync(async db =>
            (await db.Apps.SingleAsync(a => a.Guid == app.Guid)).EnvironmentVariables = new Dictionary<string, string?> { ["COLOR"] = "red" });

        var build = await _cc.Admin.CreateAsync("/v3/builds", Of(package));
        ((string?)build["state"]).ShouldBe("STAGING");
        build["droplet"].ShouldBeNull();
        var ended = await EndedAsync((string)build["guid"]!);

        ((string?)ended["state"]).ShouldBe("STAGED", ended.ToJsonString());
        var droplet = (await _cc.Admin.GetAsync($"/v3/droplets/{ended["droplet"]!["guid"]}")).Expect(HttpStatusCode.OK);
        ((string?)droplet["state"]).ShouldBe("STAGED");
        ((string?)droplet["process_types"]!["worker"]).ShouldBe("run-worker");
        ((string?)droplet["buildpacks"]![0]!["detect_output"]).ShouldBe("Fake 1.0");
        ((string?)droplet["stack"]).ShouldBe("bookworm");
        ((string?)droplet["checksum"]!["type"]).ShouldBe("sha256");
        var message = await _dea.NextStagingAsync();
        message.Properties.Environment.ShouldBe(["COLOR=red"]);
        message.Properties.VcapApplication!.Value.GetProperty("application_id").GetString().ShouldBe(app.Guid);
        message.Properties.Resources.Mem.ShouldBe(1024);
        (await _cc.Admin.GetAsync($"/v3/packages/{package}/droplets")).Expect(HttpStatusCode.OK)["resources"]!.AsArray().Count.ShouldBe(1);
        (await _cc.Admin.GetAsync($"/v3/apps/{app.Guid}/builds?states=STAGED")).Expect(HttpStatusCode.OK)["resources"]!.AsArray().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("NoAppDetectedError", "nothing fits", "NoAppDetectedError - An app was not successfully detected by any available buildpack")]
    [InlineData("BuildpackCompileFailed", "boom", "BuildpackCompileFailed - App staging failed in the buildpack compile phase")]
    [InlineData("BuildpackReleaseFailed", "boom", "BuildpackReleaseFailed - App staging failed in the buildpack release phase")]
    [InlineData("StagingError", "it broke", "StagingError - Staging error: it broke")]
    [InlineData("Invented", "it broke", "StagingError - Staging error: it broke")]
    public async Task Create_StagingFails_SaysItInCloudFoundrysWords(string type, string message, string error)
    {
        var (app, package) = await AppWithPackageAsync();
        _dea.Stage = m => Task.FromResult<StagingReply?>(new StagingReply(m.TaskId, Error: message, ErrorInfo: new StagingErrorInfo(type, message)));

        var ended = await StageAsync(package);

        ((string?)ended["state"]).ShouldBe("FAILED");
        ((string?)ended["error"]).ShouldBe(error);
        (await _seed.ReadAsync(db => db.AuditEvents.AnyAsync(e => e.TargetGuid == app.Guid && e.Type == "audit.app.build.failed"))).ShouldBeTrue();
    }

    [Fact]
    public async Task Create_WhatBuildpacksAndAppJsonSay_ReachesDropletProcessesAndInstances()
    {
        var (app, package) = await AppWithPackageAsync();
        await _seed.ChangeAsync(async db =>
            (await db.Apps.SingleAsync(a => a.Guid == app.Guid)).EnvironmentVariables = new Dictionary<string, string?> { ["COLOR"] = "red" });
        var sidecars = new List<SidecarSpec> { new("agent", "run-agent", ["web"], 16) };
        _dea.Stage = async m => (await FakeDea.StageWellAsync(m))! with
        {
            Buildpacks = [new UsedBuildpack("https://***@example.org/tool.git", "tool", "1.2"), new UsedBuildpack("https://example.org/last.zip")],
            Sidecars = sidecars,
            EnvironmentDefaults = new Dictionary<string, string> { ["COLOR"] = "green", ["SHAPE"] = "round" },
            Formation = new Dictionary<string, int> { ["web"] = 5, ["worker"] = 2 },
        };

        var droplet = (string)(await StageAsync(package))["droplet"]!["guid"]!;
        (await _cc.Admin.PatchAsync($"/v3/apps/{app.Guid}/relationships/current_droplet", new { data = new { guid = droplet } })).Expect(HttpStatusCode.OK);
        (await _cc.Admin.PostAsync($"/v3/apps/{app.Guid}/actions/start")).Expect(HttpStatusCode.OK);

        var shown = (await _cc.Admin.GetAsync($"/v3/droplets/{droplet}")).Json["buildpacks"]!.AsArray();
        shown.Select(b => ((string?)b!["name"], (string?)b["detect_output"], (string?)b["buildpack_name"], (string?)b["version"])).ShouldBe(
            [("https://***:***@example.org/tool.git", null, "tool", "1.2"), ("https://example.org/last.zip", "Fake 1.0", null, null)]);
        ((int)(await _cc.Admin.GetAsync($"/v3/apps/{app.Guid}/processes/worker")).Json["instances"]!).ShouldBe(2);
        ((int)(await _cc.Admin.GetAsync($"/v3/apps/{app.Guid}/processes/web")).Json["instances"]!).ShouldBe(1, "it was there before");
        ((string?)(await _cc.Admin.GetAsync($"/v3/apps/{app.Guid}/sidecars")).Json["resources"]![0]!["origin"]).ShouldBe("buildpack");
        DeaStartMessage start;
        do start = await _dea.NextStartAsync(); while (start.ProcessType != "web");
        start.Env.ShouldBe(["COLOR=red", "SHAPE=round"]);
        start.Sidecars!.Select(s => (s.Name, s.Command)).ShouldBe([("agent", "run-agent")]);

        sidecars.Clear();
        droplet = (string)(await StageAsync(package))["droplet"]!["guid"]!;
        (await _cc.Admin.PatchAsync($"/v3/apps/{app.Guid}/relationships/current_droplet", new { data = new { guid = droplet } })).Expect(HttpStatusCode.OK);
        (await _cc.Admin.GetAsync($"/v3/apps/{app.Guid}/sidecars")).Json["resources"]!.AsArray().ShouldBeEmpty("they go with the droplet");
    }

    [Fact]
    public async Task Create_DeaLetsItWaitItsTurn_TimeCountsFromThere()
    {
        var (_, package) = await AppWithPackageAsync();
        var turn = new TaskCompletionSource();
        _dea.Stage = async m =>
        {
            await turn.Task;
            await _dea.ReplyToBuildAsync(new StagingReply(m.TaskId, Begun: true));
            return null;
        };
        var build = (string)(await _cc.Admin.CreateAsync("/v3/builds", Of(package)))["guid"]!;
        Task<Build?> StartedAsync(DateTimeOffset after) => _seed.ReadAsync(db => db.Builds.FirstOrDefaultAsync(b => b.Guid == build && b.StartedAt > after));
        var accepted = (await Eventually.GetAsync(() => StartedAsync(DateTimeOffset.UnixEpoch), "accepted build")).StartedAt!.Value;

        turn.SetResult();

        await Eventually.GetAsync(() => StartedAsync(accepted), "build whose time counts anew");
    }

    [Fact]
    public async Task DeletePackage_WhileItIsStaged_EndsTheBuild()
    {
        var (_, package) = await AppWithPackageAsync();
        _dea.Stage = _ => Task.FromResult<StagingReply?>(null);
        var build = (string)(await _cc.Admin.CreateAsync("/v3/builds", Of(package)))["guid"]!;
        await _dea.NextStagingAsync();

        await _cc.Admin.WaitForJobAsync(await _cc.Admin.DeleteAsync($"/v3/packages/{package}"));

        ((string?)(await EndedAsync(build))["error"]).ShouldBe("StagingError - Staging error: the package was deleted");
        (await _dea.NextStagingStopAsync()).TaskId.ShouldBe(build);
    }

    [Fact]
    public async Task DeleteApp_WhileItIsStaged_EndsTheBuild()
    {
        var (app, package) = await AppWithPackageAsync();
        _dea.Stage = _ => Task.FromResult<StagingReply?>(null);
        var build = (string)(await _cc.Admin.CreateAsync("/v3/builds", Of(package)))["guid"]!;
        await _dea.NextStagingAsync();

        await _cc.Admin.WaitForJobAsync(await _cc.Admin.DeleteAsync($"/v3/apps/{app.Guid}"));

        (await _cc.Admin.GetAsync($"/v3/builds/{build}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await _dea.NextStagingStopAsync()).AppId.ShouldBe(app.Guid);
    }

    [Fact]
    public async Task Create_QuotaLeavesTooLittleMemory_IsRefused()
    {
        var (app, package) = await AppWithPackageAsync();
        var quota = (string)(await _cc.Admin.CreateAsync("/v3/organization_quotas", new { name = "small", apps = new { total_memory_in_mb = 1000 } }))["guid"]!;
        (await _cc.Admin.PostAsync($"/v3/organization_quotas/{quota}/relationships/organizations", new { data = new[] { new { guid = app.Organization } } })).Expect(HttpStatusCode.OK);

        (await _cc.Admin.PostAsync("/v3/builds", Of(package))).ExpectError(
            HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "organization's memory limit exceeded: staging requires 1024M memory");
    }

    [Fact]
    public async Task Create_NoRoomAnywhere_SaysSo()
    {
        var (_, package) = await AppWithPackageAsync();
        _dea.Memory = 512;
        await _dea.AdvertiseAsync();

        ((string?)(await StageAsync(package))["error"]).ShouldStartWith("InsufficientResources - Insufficient resources: no available stager");
    }

    [Fact]
    public async Task Create_RoomComesLater_IsStaged()
    {
        var (_, package) = await AppWithPackageAsync();
        _dea.Memory = 512;
        await _dea.AdvertiseAsync();
        var build = await _cc.Admin.CreateAsync("/v3/builds", Of(package));

        _dea.Memory = 4096;

        ((string?)(await EndedAsync((string)build["guid"]!))["state"]).ShouldBe("STAGED");
    }

    [Fact]
    public async Task Create_DeaTurnsOutToBeFull_IsStagedElsewhere()
    {
        var (_, package) = await AppWithPackageAsync();
        _dea.AcceptsStaging = false;
        _dea.Refusal = m => new StagingReply(m.TaskId, Error: "full", ErrorInfo: new StagingErrorInfo("InsufficientResources", "full"));
        await using var other = await FakeDea.StartAsync(_cc.Bus, "dea-2");

        ((string?)(await StageAsync(package))["state"]).ShouldBe("STAGED");
    }

    [Fact]
    public async Task Create_TwoAtOnce_OneIsRefused()
    {
        var (_, package) = await AppWithPackageAsync();
        _dea.Stage = _ => Task.FromResult<StagingReply?>(null);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _cc.Admin.PostAsync("/v3/builds", Of(package))));

        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(a => a.Status == HttpStatusCode.UnprocessableEntity).ShouldBe(4);
    }

    [Fact]
    public async Task Create_MessageIsLost_IsSentAgain()
    {
        var (_, package) = await AppWithPackageAsync();
        _dea.AcceptsStaging = false;
        var build = await _cc.Admin.CreateAsync("/v3/builds", Of(package));
        await _dea.NextStagingAsync();

        _dea.AcceptsStaging = true;

        ((string?)(await EndedAsync((string)build["guid"]!))["state"]).ShouldBe("STAGED");
    }

    [Fact]
    public async Task Create_NobodyTakesIt_Fails()
    {
        var (_, package) = await AppWithPackageAsync();
        _dea.AcceptsStaging = false;

        ((string?)(await StageAsync(package))["error"]).ShouldBe("StagingError - Staging error: no DEA takes the build");
    }

    [Fact]
    public async Task Create_TakesTooLong_Expires()
    {
        var (_, package) = await AppWithPackageAsync();
        _dea.Stage = _ => Task.FromResult<StagingReply?>(null);

        var ended = await StageAsync(package);

        ((string?)ended["error"]).ShouldStartWith("StagingTimeExpired - Staging time expired:");
        (await _dea.NextStagingStopAsync()).TaskId.ShouldBe((string?)ended["guid"]);
    }

    [Fact]
    public async Task Create_DeaVanishes_Fails()
    {
        var (_, package) = await AppWithPackageAsync();
        _dea.Stage = _ =>
        {
            _dea.Silent = true;
            return Task.FromResult<StagingReply?>(null);
        };

        ((string)(await StageAsync(package))["error"]!).ShouldContain("is gone");
    }

    [Fact]
    public async Task Create_CloudControllerRestarts_AsksAgainAndGetsTheAnswer()
    {
        var (_, package) = await AppWithPackageAsync();
        var answer = new TaskCompletionSource<StagingReply?>();
        _dea.Stage = _ => answer.Task;
        var build = await _cc.Admin.CreateAsync("/v3/builds", Of(package));
        var guid = (string)build["guid"]!;
        await _dea.NextStagingAsync();
        await Eventually.GetAsync(() => _seed.ReadAsync(db => db.Builds.FirstOrDefaultAsync(b => b.Guid == guid && b.StartedAt != null)), "accepted build");

        await _cc.StopAsync();
        await _cc.StartAsync();
        answer.SetResult(null);
        var again = await _dea.NextStagingAsync();
        again.TaskId.ShouldBe(guid);
        (await FakeDea.UploadAsync(again.UploadUri, FakeDea.DropletBits, FakeDea.DropletSha1)).StatusCode.ShouldBe(HttpStatusCode.Created);
        await _dea.ReplyToBuildAsync(new StagingReply(guid, DropletSha1: FakeDea.DropletSha1, ProcessTypes: new Dictionary<string, string> { ["web"] = "x" }));

        ((string?)(await EndedAsync(guid))["state"]).ShouldBe("STAGED");
    }

    [Fact]
    public async Task Create_DropletWasNotBrought_Fails()
    {
        var (_, package) = await AppWithPackageAsync();
        _dea.Stage = m => Task.FromResult<StagingReply?>(new StagingReply(
            m.TaskId, DropletSha1: FakeDea.DropletSha1, ProcessTypes: new Dictionary<string, string> { ["web"] = "x" }));

        ((string)(await StageAsync(package))["error"]!).ShouldContain("did not bring the droplet");
    }

    [Fact]
    public async Task Create_NothingToRun_Fails()
    {
        var (_, package) = await AppWithPackageAsync();
        _dea.Stage = async m => (await FakeDea.StageWellAsync(m))! with { ProcessTypes = null };

        ((string?)(await StageAsync(package))["error"]).ShouldBe("StagingError - Staging error: Start command not specified");
    }

    [Fact]
    public async Task Create_WhileOneIsStaging_IsRefused()
    {
        var (_, package) = await AppWithPackageAsync();
        _dea.Stage = _ => Task.FromResult<StagingReply?>(null);
        await _cc.Admin.CreateAsync("/v3/builds", Of(package));

        (await _cc.Admin.PostAsync("/v3/builds", Of(package))).ExpectError(HttpStatusCode.UnprocessableEntity, 170017, "CF-StagingInProgress");
    }

    [Fact]
    public async Task Create_PackageNotReady_IsRefused()
    {
        var app = await _seed.AppAsync();
        var package = (string)(await _cc.Admin.CreateAsync("/v3/packages", PackageClient.Of(app.Guid)))["guid"]!;

        (await _cc.Admin.PostAsync("/v3/builds", Of(package))).ExpectError(HttpStatusCode.BadRequest, 1004, "CF-BadRequest");
        (await _cc.Admin.PostAsync("/v3/builds", Of("nothing"))).ExpectError(
            HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Unable to use package. Ensure that the package exists and you have access to it.");
    }

    [Theory]
    [InlineData("nobody_buildpack", "bookworm", "Buildpack \"nobody_buildpack\" must be an existing admin buildpack or a valid git URI")]
    [InlineData("https://example.org/b.git", "nothing", "Stack must be an existing stack")]
    public async Task Create_UnknownLifecycle_IsRefused(string buildpack, string stack, string detail)
    {
        var (_, package) = await AppWithPackageAsync();

        (await _cc.Admin.PostAsync("/v3/builds", new
        {
            package = new { guid = package },
            lifecycle = new { type = "buildpack", data = new { buildpacks = new[] { buildpack }, stack } },
        })).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", detail);
    }

    [Fact]
    public async Task Droplets_ManyBuilds_KeepFiveBesideTheCurrent()
    {
        var (app, package) = await AppWithPackageAsync();
        var first = (string)(await StageAsync(package))["droplet"]!["guid"]!;
        await _seed.ChangeAsync(async db => (await db.Apps.SingleAsync(a => a.Guid == app.Guid)).CurrentDropletGuid = first);

        for (var i = 0; i < 6; i++) await StageAsync(package);

        var states = await Eventually.GetAsync(
            async () => await _seed.ReadAsync(db => db.Droplets.Where(d => d.AppGuid == app.Guid).OrderBy(d => d.Id).Select(d => d.State).ToListAsync())
                is { } all && all.Contains(DropletStates.Expired) ? all : null,
            "expired droplet");
        states.ShouldBe(["STAGED", "EXPIRED", "STAGED", "STAGED", "STAGED", "STAGED", "STAGED"]);
    }

    private static object Of(string package) => new { package = new { guid = package } };

    private async Task<(SeededApp App, string Package)> AppWithPackageAsync()
    {
        var app = await _seed.AppAsync();
        return (app, await _cc.Admin.ReadyPackageAsync(app.Guid));
    }

    private async Task<JsonNode> StageAsync(string package) => await EndedAsync((string)(await _cc.Admin.CreateAsync("/v3/builds", Of(package)))["guid"]!);

    private Task<JsonNode> EndedAsync(string build) => Eventually.GetAsync(
        async () => (await _cc.Admin.GetAsync($"/v3/builds/{build}")).Expect(HttpStatusCode.OK) is { } b && (string?)b["state"] != "STAGING" ? b : null,
        "end of the build");
}
