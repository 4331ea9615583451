using System.Net;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Sidecars;

public sealed class SidecarTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    [Fact]
    public async Task Create_ToDelete_GoesAllTheWay()
    {
        var app = await cc.StagedAppAsync(null, "web", "worker");
        var made = await cc.Admin.CreateAsync($"/v3/apps/{app}/sidecars", new { name = "auth", command = "./auth", process_types = new[] { "web", "worker" }, memory_in_mb = 300 });
        var guid = (string)made["guid"]!;

        made.AsObject().Select(f => f.Key).ShouldBe(
            ["guid", "name", "command", "process_types", "memory_in_mb", "origin", "relationships", "created_at", "updated_at"]);
        ((string?)made["origin"], (string?)made["relationships"]!["app"]!["data"]!["guid"]).ShouldBe(("user", app));
        (await NamesAsync($"/v3/apps/{app}/sidecars")).ShouldBe(["auth"]);
        (await NamesAsync($"/v3/processes/{app}/sidecars")).ShouldBe(["auth"]);
        (await NamesAsync($"/v3/apps/{app}/processes/worker/sidecars")).ShouldBe(["auth"]);
        (await cc.Admin.PatchAsync($"/v3/sidecars/{guid}", new { command = "./auth2", process_types = new[] { "worker" } })).Expect(HttpStatusCode.OK);
        (await NamesAsync($"/v3/processes/{app}/sidecars")).ShouldBeEmpty();
        ((string?)(await cc.Admin.GetAsync($"/v3/sidecars/{guid}")).Json["command"]).ShouldBe("./auth2");
        (await cc.Admin.DeleteAsync($"/v3/sidecars/{guid}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await cc.Admin.GetAsync($"/v3/sidecars/{guid}")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Sidecar not found");
    }

    [Theory]
    [InlineData("{\"command\":\"x\",\"process_types\":[\"web\"]}", "Name")]
    [InlineData("{\"name\":\"x\",\"command\":\"\",\"process_types\":[\"web\"]}", "Command")]
    [InlineData("{\"name\":\"x\",\"command\":\"x\",\"process_types\":[]}", "Process types must have at least 1 process_type")]
    [InlineData("{\"name\":\"x\",\"command\":\"x\",\"process_types\":[\"web\"],\"memory_in_mb\":0}", "Memory in mb")]
    [InlineData("{\"name\":\"x\",\"command\":\"x\",\"process_types\":[\"web\"],\"memory_in_mb\":1024}", "The memory allocation defined is too large to run with the dependent \"web\" process")]
    [InlineData("{\"name\":\"there\",\"command\":\"x\",\"process_types\":[\"web\"]}", "Sidecar with name 'there' already exists for given app")]
    public async Task Create_BadInput_Refused(string body, string detail)
    {
        var app = await cc.StagedAppAsync();
        await cc.Admin.CreateAsync($"/v3/apps/{app}/sidecars", new { name = "there", command = "x", process_types = new[] { "web" } });

        var answer = await cc.Admin.SendTextAsync(HttpMethod.Post, $"/v3/apps/{app}/sidecars", body);

        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        ((string)answer.Json["errors"]![0]!["detail"]!).ShouldContain(detail);
    }

    [Fact]
    public async Task Sidecars_OfASpaceOfOthers_AreNotThere()
    {
        var app = await cc.StagedAppAsync();
        var guid = (string)(await cc.Admin.CreateAsync($"/v3/apps/{app}/sidecars", new { name = "x", command = "x", process_types = new[] { "web" } }))["guid"]!;
        foreach (var path in new[] { $"/v3/sidecars/{guid}", $"/v3/apps/{app}/sidecars", $"/v3/processes/{app}/sidecars" })
            (await cc.User("stranger").GetAsync(path)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await cc.User("stranger").DeleteAsync($"/v3/sidecars/{guid}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Manifest_WithSidecars_MakesAndChangesThemAndShowsThem()
    {
        var space = await cc.SpaceAsync();
        await ApplyAsync(space, "applications:\n- name: a\n  sidecars:\n  - name: one\n    command: run-one\n    process_types: [web]\n    memory: 10M\n  - {name: two, command: run-two, process_types: [web, worker]}\n");
        await ApplyAsync(space, "applications:\n- name: a\n  sidecars:\n  - {name: one, command: run-it, process_types: [worker]}\n");

        var app = (string)(await cc.Admin.GetAsync($"/v3/apps?space_guids={space}")).Json["resources"]![0]!["guid"]!;
        var sidecars = (await cc.Admin.GetAsync($"/v3/apps/{app}/sidecars")).Json["resources"]!.AsArray();
        sidecars.Select(s => ((string)s!["name"]!, (string)s["command"]!, (int?)s["memory_in_mb"])).ShouldBe([("one", "run-it", 10), ("two", "run-two", null)]);
        var manifest = (await cc.Admin.GetAsync($"/v3/apps/{app}/manifest")).Text;
        manifest.ShouldContain("command: run-it");
        (await cc.Admin.SendTextAsync(HttpMethod.Post, $"/v3/spaces/{space}/manifest_diff", manifest, "application/x-yaml")).Json["diff"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("sidecars: [{command: x, process_types: [web]}]", "For application 'a': All Sidecars must specify a name")]
    [InlineData("sidecars: [{name: a, process_types: [web]}]", "Sidecar \"a\": Command can't be blank")]
    [InlineData("sidecars: [{name: a, command: x}]", "Sidecar \"a\": Process types must have at least 1 process_type, and names only")]
    [InlineData("sidecars: [{name: a, command: x, process_types: [web], cpu: 1}]", "Sidecar \"a\": Unknown field 'cpu'")]
    public async Task Manifest_WithBadSidecars_Refused(string line, string detail) =>
        (await SendAsync(await cc.SpaceAsync(), $"applications:\n- name: a\n  {line}\n")).Json["errors"]![0]!["detail"]!.GetValue<string>().ShouldStartWith(detail);

    private Task<ApiResponse> SendAsync(string space, string yaml) =>
        cc.Admin.SendTextAsync(HttpMethod.Post, $"/v3/spaces/{space}/actions/apply_manifest", yaml, "application/x-yaml");

    private async Task ApplyAsync(string space, string yaml)
    {
        var job = await cc.Admin.WaitForJobAsync(await SendAsync(space, yaml));
        ((string?)job["state"]).ShouldBe("COMPLETE", job.ToJsonString());
    }

    private async Task<List<string>> NamesAsync(string path) => [.. (await cc.Admin.GetAsync(path)).Json["resources"]!.AsArray().Select(s => (string)s!["name"]!)];
}
