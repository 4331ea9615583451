using System.Net;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Apps;

public sealed class AppTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"name\":\"x\",}")]
    public async Task Create_NoJsonObject_SaysWhat(string text)
    {
        var response = await cc.Admin.SendTextAsync(HttpMethod.Post, "/v3/apps", text);
        if (text.Length == 0) response.ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity");
        else response.ExpectError(HttpStatusCode.BadRequest, 1001, "CF-MessageParseError", "Request invalid due to parse error: invalid request body");
    }

    [Theory]
    [InlineData("""{"name":5,"relationships":{"space":{"data":{"guid":"g"}}}}""", "Name must be a string")]
    [InlineData("""{"name":"","relationships":{"space":{"data":{"guid":"g"}}}}""", "Name can't be blank")]
    [InlineData("""{"name":"a","relationships":7}""", "Relationships must be an object")]
    [InlineData("""{"name":"a","relationships":{"space":"s"}}""", "Relationships Space must be structured like this: \"space: {\"data\": {\"guid\": \"valid-guid\"}}\"")]
    [InlineData("""{"name":"a","relationships":{"space":{"data":{"guid":5}}}}""", "Relationships Space guid must be a string")]
    [InlineData("""{"name":"a","bogus":1,"relationships":{"space":{"data":{"guid":"g"}}}}""", "Unknown field(s): 'bogus'")]
    [InlineData("""{"name":"a","relationships":{"space":{"data":{"guid":"no-such-space"}}}}""", "Invalid space. Ensure that the space exists and you have access to it.")]
    [InlineData("""{"name":"a","environment_variables":{"PORT":"1"},"relationships":{"space":{"data":{"guid":"g"}}}}""", "Environment variables cannot set PORT")]
    [InlineData("""{"name":"a","environment_variables":{"VCAP_X":"1"},"relationships":{"space":{"data":{"guid":"g"}}}}""", "Environment variables cannot start with VCAP_")]
    [InlineData("""{"name":"a","environment_variables":{"X":[1]},"relationships":{"space":{"data":{"guid":"g"}}}}""", "Non-string value in environment variable for key 'X', value '[1]'")]
    [InlineData("""{"name":"a","lifecycle":{"type":"docker","data":{}},"relationships":{"space":{"data":{"guid":"g"}}}}""", "Lifecycle Type 'docker' is not available here")]
    [InlineData("""{"name":"a","metadata":{"labels":{"a/b/c":"x"}},"relationships":{"space":{"data":{"guid":"g"}}}}""", "Metadata label key error: key has more than one '/'")]
    public async Task Create_WrongShape_UnprocessableEntity(string json, string detail) =>
        (await cc.Admin.SendTextAsync(HttpMethod.Post, "/v3/apps", json)).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", detail);

    [Fact]
    public async Task Create_UnknownBuildpackOrStack_UnprocessableEntity()
    {
        var space = await cc.SpaceAsync();
        (await cc.Admin.PostAsync("/v3/apps", Request(space, new { buildpacks = new[] { "nope" } })))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Buildpack \"nope\" must be an existing admin buildpack or a valid git URI");
        (await cc.Admin.PostAsync("/v3/apps", Request(space, new { stack = "nope" })))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Stack \"nope\" must be an existing stack");

        static object Request(string space, object data) => new { name = "a", relationships = World.To("space", space), lifecycle = new { type = "buildpack", data } };
    }

    [Fact]
    public async Task Create_NameTakenInOtherCase_UniquenessError()
    {
        var space = await cc.SpaceAsync();
        await cc.AppAsync(space, "dora");
        (await cc.Admin.PostAsync("/v3/apps", new { name = "DORA", relationships = World.To("space", space) }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10016, "CF-UniquenessError", "App with the name 'DORA' already exists.");
    }

    [Fact]
    public async Task Create_Valid_HasAWebProcessOfTheSameGuid()
    {
        var space = await cc.SpaceAsync();
        var app = await cc.Admin.CreateAsync("/v3/apps", new
        {
            name = "with-all",
            relationships = World.To("space", space),
            environment_variables = new { A = "1" },
            lifecycle = new { type = "buildpack", data = new { buildpacks = new[] { "https://user:secret@github.test/bp" } } },
            metadata = new { labels = new { env = "prod" }, annotations = new { note = "hello world" } },
        });

        ((string)app["state"]!).ShouldBe("STOPPED");
        ((string)app["lifecycle"]!["data"]!["buildpacks"]![0]!).ShouldBe("https://***:***@github.test/bp");
        ((string)app["lifecycle"]!["data"]!["stack"]!).ShouldBe("bookworm");
        ((string)app["metadata"]!["labels"]!["env"]!).ShouldBe("prod");
        ((string)app["links"]!["self"]!["href"]!).ShouldBe($"https://api.{TokenIssuer.Domain}/v3/apps/{app["guid"]}");
        var processes = (await cc.Admin.GetAsync($"/v3/apps/{app["guid"]}/processes")).Json["resources"]!.AsArray();
        ((string)processes.ShouldHaveSingleItem()!["guid"]!).ShouldBe((string)app["guid"]!);
    }

    [Fact]
    public async Task Start_NoDroplet_SaysSo()
    {
        var app = await cc.AppAsync();
        foreach (var action in new[] { "start", "restart" })
            (await cc.Admin.PostAsync($"/v3/apps/{app}/actions/{action}"))
                .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Assign a droplet before starting this app.");
    }

    [Fact]
    public async Task Start_Staged_ChangesTheVersionOnceAndTellsTheInstances()
    {
        var app = await cc.StagedAppAsync(null, "web", "worker");
        var version = await VersionAsync(app);
        cc.Instances.Clear();

        var started = (await cc.Admin.PostAsync($"/v3/apps/{app}/actions/start")).Expect(HttpStatusCode.OK);
        ((string)started["state"]!).ShouldBe("STARTED");
        var running = await VersionAsync(app);
        running.ShouldNotBe(version);
        cc.Instances.Calls.ShouldContain($"desired {app}");
        cc.Instances.Calls.Count(c => c.StartsWith("desired")).ShouldBe(2, "there is a worker too");

        (await cc.Admin.PostAsync($"/v3/apps/{app}/actions/start")).Expect(HttpStatusCode.OK);
        (await VersionAsync(app)).ShouldBe(running, "it ran already");
        (await cc.Admin.PostAsync($"/v3/apps/{app}/actions/restart")).Expect(HttpStatusCode.OK);
        (await VersionAsync(app)).ShouldNotBe(running);
        ((string)(await cc.Admin.PostAsync($"/v3/apps/{app}/actions/stop")).Json["state"]!).ShouldBe("STOPPED");
    }

    [Fact]
    public async Task CurrentDroplet_OfAnotherAppOrNull_Refused()
    {
        var app = await cc.AppAsync();
        var foreign = await cc.DropletAsync(await cc.AppAsync(), "web");
        var path = $"/v3/apps/{app}/relationships/current_droplet";
        (await cc.Admin.PatchAsync(path, new { data = new { guid = foreign } })).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity",
            "Unable to assign current droplet. Ensure the droplet exists and belongs to this app.");
        (await cc.Admin.PatchAsync(path, """{"data":null}""")).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity",
            "Current droplet cannot be removed. Replace it with a preferred droplet.");
        (await cc.Admin.PatchAsync(path, "{}")).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Data can't be blank");
    }

    [Fact]
    public async Task Delete_Twice_StopsAndRemovesOnce()
    {
        var app = await cc.StagedAppAsync();
        var first = await cc.Admin.DeleteAsync($"/v3/apps/{app}");
        var second = await cc.Admin.DeleteAsync($"/v3/apps/{app}");

        ((string)(await cc.Admin.WaitForJobAsync(first))["state"]!).ShouldBe("COMPLETE");
        second.Status.ShouldBeOneOf(HttpStatusCode.Accepted, HttpStatusCode.NotFound);
        cc.Instances.Calls.Count(c => c == $"stop {app} {app}").ShouldBe(1);
        cc.Instances.Calls.ShouldContain($"bits {app}");
        (await cc.Admin.GetAsync($"/v3/apps/{app}")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "App not found");
    }

    [Fact]
    public async Task Environment_SetAndUnset_Merges()
    {
        var app = await cc.AppAsync();
        var path = $"/v3/apps/{app}/environment_variables";
        (await cc.Admin.PatchAsync(path, new { var = new { A = "1", B = "2" } })).Expect(HttpStatusCode.OK);
        var after = (await cc.Admin.PatchAsync(path, """{"var":{"A":null,"C":"3"}}""")).Expect(HttpStatusCode.OK);
        after["var"]!.ToJsonString().ShouldBe("""{"B":"2","C":"3"}""");
        (await cc.Admin.PatchAsync(path, """{"var":[]}""")).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Var must be an object");
        var env = (await cc.Admin.GetAsync($"/v3/apps/{app}/env")).Expect(HttpStatusCode.OK);
        ((string)env["application_env_json"]!["VCAP_APPLICATION"]!["application_id"]!).ShouldBe(app);
    }

    [Theory]
    [InlineData("GET", "/v3/apps/none")]
    [InlineData("PATCH", "/v3/apps/none")]
    [InlineData("DELETE", "/v3/apps/none")]
    [InlineData("POST", "/v3/apps/none/actions/start")]
    [InlineData("GET", "/v3/apps/none/env")]
    [InlineData("GET", "/v3/apps/none/processes")]
    public async Task Any_UnknownGuid_AppNotFound(string method, string path) =>
        (await cc.Admin.SendAsync(new HttpMethod(method), path, null)).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "App not found");

    private async Task<string> VersionAsync(string app) => (string)(await cc.Admin.GetAsync($"/v3/processes/{app}")).Json["version"]!;
}
