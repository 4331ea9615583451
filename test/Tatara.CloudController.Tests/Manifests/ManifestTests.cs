using System.Net;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Manifests;

public sealed class ManifestTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    [Fact]
    public async Task Apply_NewApp_MakesItWithAllThatIsSaid()
    {
        var space = await cc.SpaceAsync();
        await ApplyAsync(space, """
            applications:
            - name: dora
              memory: 256M
              instances: 2
              disk_quota: 512M
              command: run me
              env: {A: 1}
              default-route: true
              health-check-type: http
              health-check-http-endpoint: /up
              processes:
              - type: worker
                memory: 64M
              metadata: {labels: {env: prod}}
            """);

        var app = (await cc.Admin.GetAsync($"/v3/apps?space_guids={space}&names=dora&label_selector=env=prod")).Json["resources"]!.AsArray().ShouldHaveSingleItem()!;
        var web = (await cc.Admin.GetAsync($"/v3/processes/{app["guid"]}")).Json;
        ((int)web["memory_in_mb"]!).ShouldBe(256);
        ((int)web["instances"]!).ShouldBe(2);
        ((string)web["command"]!).ShouldBe("run me");
        ((string)web["health_check"]!["data"]!["endpoint"]!).ShouldBe("/up");
        ((int)(await cc.Admin.GetAsync($"/v3/apps/{app["guid"]}/processes/worker")).Json["memory_in_mb"]!).ShouldBe(64);
        ((string)(await cc.Admin.GetAsync($"/v3/apps/{app["guid"]}/environment_variables")).Json["var"]!["A"]!).ShouldBe("1");
        ((string)(await cc.Admin.GetAsync($"/v3/apps/{app["guid"]}/routes")).Json["resources"]![0]!["url"]!).ShouldBe($"dora.{TokenIssuer.Domain}");
        cc.Instances.Calls.ShouldContain($"routes {app["guid"]}");

        await ApplyAsync(space, "applications:\n- name: dora\n  memory: 128M\n  default-route: true\n  no-route: false\n");
        web = (await cc.Admin.GetAsync($"/v3/processes/{app["guid"]}")).Json;
        ((int)web["memory_in_mb"]!).ShouldBe(128);
        ((int)web["instances"]!).ShouldBe(2, "what a manifest does not say stays");
        (await cc.Admin.GetAsync($"/v3/apps/{app["guid"]}/routes")).Json["resources"]!.AsArray().Count.ShouldBe(1);

        await ApplyAsync(space, "applications:\n- name: dora\n  no-route: true\n");
        (await cc.Admin.GetAsync($"/v3/apps/{app["guid"]}/routes")).Json["resources"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("buildpacks: [nope]", "Buildpack \"nope\" must be an existing admin buildpack or a valid git URI")]
    [InlineData("stack: nope", "Stack \"nope\" must be an existing stack")]
    [InlineData("routes: [{route: a.unknown.test}]", "For route 'a.unknown.test': No domains exist for route a.unknown.test")]
    [InlineData("routes: [{route: api.tatara.test}]", "For route 'api.tatara.test': Route conflicts with a reserved system route.")]
    [InlineData("services: [db]", "Service instance 'db' not found")]
    [InlineData("disk_quota: 9G", "disk_quota too much disk requested (requested 9216 MB - must be less than 2048 MB)")]
    [InlineData("timeout: 999", "health_check_timeout Maximum exceeded: max 180s")]
    public async Task Apply_CannotBeDone_FailsAndLeavesEverythingAsItWas(string line, string detail)
    {
        var space = await cc.SpaceAsync();
        var job = await cc.Admin.WaitForJobAsync(await SendAsync(space, "actions/apply_manifest", $"applications:\n- name: good\n- name: bad\n  {line}\n"));
        ((string)job["state"]!).ShouldBe("FAILED");
        ((string)job["errors"]![0]!["detail"]!).ShouldBe($"For application 'bad': {detail}");
        ((int)(await cc.Admin.GetAsync($"/v3/apps?space_guids={space}")).Json["pagination"]!["total_results"]!).ShouldBe(0);
    }

    [Fact]
    public async Task Apply_RouteOfAnotherSpace_Fails()
    {
        await ApplyAsync(await cc.SpaceAsync(), $"applications:\n- name: a\n  routes: [{{route: shared.{TokenIssuer.Domain}}}]\n");
        var job = await cc.Admin.WaitForJobAsync(
            await SendAsync(await cc.SpaceAsync(), "actions/apply_manifest", $"applications:\n- name: a\n  routes: [{{route: shared.{TokenIssuer.Domain}}}]\n"));
        ((string)job["errors"]![0]!["detail"]!).ShouldContain("Routes cannot be mapped to destinations in different spaces");
    }

    [Fact]
    public async Task Apply_NotYaml_ErrorsAtOnce()
    {
        var space = await cc.SpaceAsync();
        (await SendAsync(space, "actions/apply_manifest", "applications:\n- name: [\n")).ExpectError(HttpStatusCode.BadRequest, 1001, "CF-MessageParseError");
        (await cc.Admin.SendTextAsync(HttpMethod.Post, $"/v3/spaces/{space}/actions/apply_manifest", "{}")).ExpectError(
            HttpStatusCode.BadRequest, 1004, "CF-BadRequest", "Bad request: Content-Type must be yaml");
        (await SendAsync(space, "actions/apply_manifest", "applications:\n- name: a\n  memory: 0M\n  bogus: 1\n")).Json["errors"]!.AsArray().Count.ShouldBe(2);
        (await SendAsync("nowhere", "actions/apply_manifest", "applications: []")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Space not found");
        (await SendAsync(space, "manifest_diff", "# " + new string('x', 1024 * 1024))).ExpectError(HttpStatusCode.BadRequest, 1004, "CF-BadRequest");
    }

    [Fact]
    public async Task Apply_RouteOptions_AreTheRoutesAndToldToAllItsApps()
    {
        var space = await cc.SpaceAsync();
        var url = $"balanced.{TokenIssuer.Domain}";
        await ApplyAsync(space, $"applications:\n- name: other\n  routes: [{{route: {url}}}]\n");
        var other = (string)(await cc.Admin.GetAsync($"/v3/apps?space_guids={space}&names=other")).Json["resources"]![0]!["guid"]!;
        cc.Instances.Clear();

        await ApplyAsync(space, $"applications:\n- name: balanced\n  routes:\n  - route: {url}\n    options:\n      loadbalancing: least-connection\n");

        (await cc.Admin.GetAsync($"/v3/routes?space_guids={space}")).Json["resources"]!.AsArray().ShouldHaveSingleItem()!["options"]!.ToJsonString()
            .ShouldBe("""{"loadbalancing":"least-connection"}""");
        cc.Instances.Calls.ShouldContain($"routes {other}");
        var app = (string)(await cc.Admin.GetAsync($"/v3/apps?space_guids={space}&names=balanced")).Json["resources"]![0]!["guid"]!;
        (await cc.Admin.GetAsync($"/v3/apps/{app}/manifest")).Text.ShouldContain("loadbalancing: least-connection");
    }

    [Theory]
    [InlineData("options: 7", "options must be an object")]
    [InlineData("options: {gorgonzola: gouda}", "contains invalid route option 'gorgonzola'. Valid keys: 'loadbalancing'")]
    [InlineData("options: {loadbalancing: [a]}", "Invalid value for 'loadbalancing' for Route")]
    [InlineData("options: {loadbalancing: cheesecake}", "Cannot use loadbalancing value 'cheesecake' for Route")]
    public async Task Apply_WrongRouteOptions_AreRefused(string line, string detail) =>
        (await SendAsync(await cc.SpaceAsync(), "actions/apply_manifest", $"applications:\n- name: a\n  routes: [{{route: a.{TokenIssuer.Domain}, {line}}}]\n"))
            .Json["errors"]![0]!["detail"]!.ToString().ShouldContain(detail);

    [Fact]
    public async Task Apply_RandomRoute_MakesOneOnce()
    {
        var space = await cc.SpaceAsync();
        for (var i = 0; i < 2; i++) await ApplyAsync(space, "applications:\n- name: Not A Host!\n  random-route: true\n");
        var url = (string)(await cc.Admin.GetAsync($"/v3/routes?space_guids={space}")).Json["resources"]!.AsArray().ShouldHaveSingleItem()!["url"]!;
        url.ShouldStartWith("not-a-host-");
        var job = await cc.Admin.WaitForJobAsync(await SendAsync(space, "actions/apply_manifest", "applications:\n- name: Also No Host\n  default-route: true\n"));
        ((string)job["errors"]![0]!["detail"]!).ShouldContain("Failed to create default route from app name:");
    }

    [Fact]
    public async Task Apply_RunningAppScaledDown_KeepsItsVersionAndIsTold()
    {
        var space = await cc.SpaceAsync();
        var app = await cc.StagedAppAsync(space);
        var name = (string)(await cc.Admin.GetAsync($"/v3/apps/{app}")).Json["name"]!;
        await cc.Admin.PostAsync($"/v3/apps/{app}/actions/start");
        var version = (string)(await cc.Admin.GetAsync($"/v3/processes/{app}")).Json["version"]!;
        cc.Instances.Clear();
        await ApplyAsync(space, $"applications:\n- name: {name}\n  memory: 64M\n  instances: 4\n");
        ((string)(await cc.Admin.GetAsync($"/v3/processes/{app}")).Json["version"]!).ShouldBe(version);
        cc.Instances.Calls.ShouldContain($"desired {app}");
    }

    [Fact]
    public async Task Diff_NewAndChanged_AreSteps()
    {
        var space = await cc.SpaceAsync();
        await ApplyAsync(space, $"applications:\n- name: a\n  memory: 1G\n  buildpacks: []\n  env: {{X: '1', KEEP: k}}\n  routes: [{{route: a.{TokenIssuer.Domain}}}]\n");
        var diff = (await SendAsync(space, "manifest_diff", $$"""
            applications:
            - name: a
              memory: 1024M
              instances: 3
              env: {X: 2, NEW: n}
              routes:
              - route: a.{{TokenIssuer.Domain}}
              - route: b.{{TokenIssuer.Domain}}
              stack: bookworm
            - name: fresh
              memory: 64M
            """)).Expect(HttpStatusCode.Created)["diff"]!.AsArray().Select(s => s!.ToJsonString()).ToList();
        diff.ShouldBe(
        [
            """{"op":"replace","path":"/applications/0/instances","was":1,"value":3}""",
            """{"op":"replace","path":"/applications/0/env/X","was":"1","value":2}""",
            """{"op":"add","path":"/applications/0/env/NEW","value":"n"}""",
            """{"op":"add","path":"/applications/0/routes/1","value":{"route":"b.DOMAIN"}}""".Replace("DOMAIN", TokenIssuer.Domain),
            """{"op":"add","path":"/applications/1/name","value":"fresh"}""",
            """{"op":"add","path":"/applications/1/memory","value":"64M"}""",
        ]);
    }

    [Fact]
    public async Task Get_Manifest_CanBeAppliedAgain()
    {
        var space = await cc.SpaceAsync();
        await ApplyAsync(space, $"applications:\n- name: round\n  env: {{A: 'true', B: '007', C: \"multi\\nline: x\"}}\n  routes: [{{route: round.{TokenIssuer.Domain}/p}}]\n  log-rate-limit-per-second: 1M\n");
        var app = (string)(await cc.Admin.GetAsync($"/v3/apps?space_guids={space}")).Json["resources"]![0]!["guid"]!;
        var manifest = (await cc.Admin.GetAsync($"/v3/apps/{app}/manifest")).Text;
        manifest.ShouldStartWith("---");
        await ApplyAsync(space, manifest);
        (await cc.Admin.GetAsync($"/v3/apps/{app}/manifest")).Text.ShouldBe(manifest);
        (await SendAsync(space, "manifest_diff", manifest)).Expect(HttpStatusCode.Created)["diff"]!.ToJsonString().ShouldBe("[]");
    }

    private async Task ApplyAsync(string space, string yaml)
    {
        var job = await cc.Admin.WaitForJobAsync(await SendAsync(space, "actions/apply_manifest", yaml));
        ((string)job["state"]!).ShouldBe("COMPLETE", job.ToJsonString());
    }

    private Task<ApiResponse> SendAsync(string space, string action, string yaml) =>
        cc.Admin.SendTextAsync(HttpMethod.Post, $"/v3/spaces/{space}/{action}", yaml, "application/x-yaml");
}
