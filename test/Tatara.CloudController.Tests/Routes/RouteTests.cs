using System.Net;
using System.Text.Json.Nodes;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Routes;

public sealed class RouteTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    [Theory]
    [InlineData("has space", "", "Host must be either \"*\" or contain only alphanumeric characters, \"_\", or \"-\"")]
    [InlineData("a.b", "", "Host must be either \"*\" or contain only alphanumeric characters, \"_\", or \"-\"")]
    [InlineData("x", "no-slash", "Path must begin with /")]
    [InlineData("x", "/", "Path cannot be exactly /")]
    [InlineData("x", "/a?b", "Path cannot contain ?")]
    [InlineData("", "", "Missing host. Routes in shared domains must have a host defined.")]
    [InlineData("api", "", "Route conflicts with a reserved system route.")]
    [InlineData("UAA", "", "Route conflicts with a reserved system route.")]
    public async Task Create_InvalidName_UnprocessableEntity(string host, string path, string detail) =>
        (await CreateAsync(await cc.SpaceAsync(), host, path)).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", detail);

    [Fact]
    public async Task Create_HostTooLong_UnprocessableEntity() =>
        (await CreateAsync(await cc.SpaceAsync(), new string('h', 64))).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Host is too long (maximum is 63 characters)");

    [Theory]
    [InlineData("""{"loadbalancing":"cheesecake"}""", "Options Loadbalancing must be one of 'round-robin, least-connection' if present")]
    [InlineData("""{"loadbalancing":7}""", "Options Loadbalancing must be one of 'round-robin, least-connection' if present")]
    [InlineData("""{"gorgonzola":"gouda"}""", "Options Unknown field(s): 'gorgonzola'")]
    [InlineData("[]", "Options 'options' is not a valid object")]
    [InlineData("null", "Options 'options' is not a valid object")]
    public async Task Options_Wrong_UnprocessableEntity(string options, string detail)
    {
        var space = await cc.SpaceAsync();
        var given = JsonNode.Parse(options);
        (await CreateWithAsync(space, "wrong-options", given?.DeepClone())).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", detail);
        var route = (string)(await CreateAsync(space, $"r-{Guid.NewGuid():N}")).Expect(HttpStatusCode.Created)["guid"]!;
        (await cc.Admin.PatchAsync($"/v3/routes/{route}", new JsonObject { ["options"] = given })).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", detail);
    }

    [Fact]
    public async Task Options_SetChangedAndRemoved_AreShownAndToldToTheRoutesApps()
    {
        var space = await cc.SpaceAsync();
        var app = await cc.AppAsync(space);
        var plain = (await CreateWithAsync(space, "plain-options", new JsonObject())).Expect(HttpStatusCode.Created);
        plain["options"]!.ToJsonString().ShouldBe("{}");
        var made = (await CreateWithAsync(space, "with-options", new JsonObject { ["loadbalancing"] = "least-connection" })).Expect(HttpStatusCode.Created);
        made["options"]!.ToJsonString().ShouldBe("""{"loadbalancing":"least-connection"}""");
        var route = (string)made["guid"]!;
        (await cc.Admin.PostAsync($"/v3/routes/{route}/destinations", new { destinations = new[] { new { app = new { guid = app } } } })).Expect(HttpStatusCode.OK);
        cc.Instances.Clear();

        (await cc.Admin.PatchAsync($"/v3/routes/{route}", new { options = new { loadbalancing = "round-robin" } })).Expect(HttpStatusCode.OK)["options"]!["loadbalancing"]!.ToString().ShouldBe("round-robin");
        cc.Instances.Calls.ShouldContain($"routes {app}");
        cc.Instances.Clear();
        (await cc.Admin.PatchAsync($"/v3/routes/{route}", new { options = new { } })).Expect(HttpStatusCode.OK)["options"]!["loadbalancing"]!.ToString().ShouldBe("round-robin", "what is not mentioned stays");
        cc.Instances.Calls.ShouldNotContain($"routes {app}");

        (await cc.Admin.PatchAsync($"/v3/routes/{route}", new JsonObject { ["options"] = new JsonObject { ["loadbalancing"] = null } })).Expect(HttpStatusCode.OK)["options"]!.ToJsonString().ShouldBe("{}");
        cc.Instances.Calls.ShouldContain($"routes {app}");
    }

    [Fact]
    public async Task Create_Taken_SaysRouteAlreadyExists()
    {
        var space = await cc.SpaceAsync();
        (await CreateAsync(space, "taken")).Expect(HttpStatusCode.Created);
        (await CreateAsync(space, "Taken")).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity",
            $"Route already exists with host 'taken' for domain '{TokenIssuer.Domain}'.");
        (await CreateAsync(space, "taken", "/v1")).Expect(HttpStatusCode.Created);
        (await CreateAsync(await cc.SpaceAsync(), "taken", "/v2")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity, "the host is another space's");
    }

    [Fact]
    public async Task Create_ManyAtOnce_OnlyOneGetsTheHost()
    {
        var space = await cc.SpaceAsync();
        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CreateAsync(space, "race")));
        responses.Count(r => r.Status == HttpStatusCode.Created).ShouldBe(1);
        responses.Count(r => r.Status == HttpStatusCode.UnprocessableEntity).ShouldBe(7);
    }

    [Fact]
    public async Task Create_PrivateDomainOfAnotherOrganization_NotAvailable()
    {
        var other = await cc.OrganizationAsync();
        var domain = (string)(await cc.Admin.CreateAsync("/v3/domains", new { name = "private.example.test", relationships = World.To("organization", other) }))["guid"]!;
        var organization = await cc.OrganizationAsync("without-domain");
        var space = await cc.SpaceAsync(organization);
        (await cc.Admin.PostAsync("/v3/routes", new { host = "a", relationships = new { space = World.Data(space), domain = World.Data(domain) } }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Invalid domain. Domain 'private.example.test' is not available in organization 'without-domain'.");
    }

    [Fact]
    public async Task Destinations_MapAndUnmap_TellInstancesAndRecordEvents()
    {
        var space = await cc.SpaceAsync();
        var app = await cc.AppAsync(space);
        var route = (string)(await CreateAsync(space, "mapped")).Expect(HttpStatusCode.Created)["guid"]!;
        cc.Instances.Clear();

        var path = $"/v3/routes/{route}/destinations";
        var mapped = (await cc.Admin.PostAsync(path, Destinations(app))).Expect(HttpStatusCode.OK);
        var destination = mapped["destinations"]!.AsArray().ShouldHaveSingleItem()!;
        ((int)destination["port"]!).ShouldBe(8080);
        ((string)destination["app"]!["process"]!["type"]!).ShouldBe("web");
        (await cc.Admin.PostAsync(path, Destinations(app))).Expect(HttpStatusCode.OK)["destinations"]!.AsArray().Count.ShouldBe(1, "it was mapped already");
        (await cc.Admin.GetAsync($"/v3/apps/{app}/routes")).Json["resources"]![0]!["url"]!.ToString().ShouldBe($"mapped.{TokenIssuer.Domain}");
        (await cc.Admin.DeleteAsync($"{path}/{destination["guid"]}")).Expect(HttpStatusCode.NoContent);
        cc.Instances.Calls.Count(c => c == $"routes {app}").ShouldBe(2);
        var types = (await cc.Admin.GetAsync($"/v3/audit_events?target_guids={app}&order_by=created_at")).Json["resources"]!.AsArray().Select(e => (string)e!["type"]!).ToList();
        types.ShouldBe(["audit.app.create", "audit.app.map-route", "audit.app.unmap-route"]);
    }

    [Theory]
    [InlineData("""{}""", "Destinations must be an array containing between 1 and 100 destination objects.")]
    [InlineData("""{"destinations":[]}""", "Destinations must be an array containing between 1 and 100 destination objects.")]
    [InlineData("""{"destinations":[5]}""", "Destinations[0]: must be an object.")]
    [InlineData("""{"destinations":[{"port":8080}]}""", "Destinations[0]: must have an \"app\".")]
    [InlineData("""{"destinations":[{"app":{}}]}""", "Destinations[0]: app must have the structure {\"guid\": \"app_guid\"}")]
    [InlineData("""{"destinations":[{"app":{"guid":"x"},"port":80}]}""", "Destinations[0]: port must be a positive integer between 1024 and 65535 inclusive.")]
    [InlineData("""{"destinations":[{"app":{"guid":"x"},"weight":5}]}""", "Destinations[0]: weighted destinations can only be used when replacing all destinations.")]
    [InlineData("""{"destinations":[{"app":{"guid":"x"}}]}""", "App(s) with guid(s) \"x\" do not exist or you do not have access.")]
    public async Task Destinations_WrongShape_UnprocessableEntity(string json, string detail)
    {
        var route = (string)(await CreateAsync(await cc.SpaceAsync(), World.Unique("r"))).Json["guid"]!;
        (await cc.Admin.SendTextAsync(HttpMethod.Post, $"/v3/routes/{route}/destinations", json))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", detail);
    }

    [Fact]
    public async Task List_ByHostAndInclude_FindsIt()
    {
        var space = await cc.SpaceAsync();
        await CreateAsync(space, "findme");
        var page = (await cc.Admin.GetAsync("/v3/routes?hosts=FINDME&include=domain,space,space.organization")).Expect(HttpStatusCode.OK);
        page["resources"]!.AsArray().Count.ShouldBe(1);
        ((string)page["included"]!["domains"]![0]!["name"]!).ShouldBe(TokenIssuer.Domain);
        page["included"]!["organizations"]!.AsArray().Count.ShouldBe(1);
        var reservation = await cc.Admin.GetAsync($"/v3/domains/{await cc.DefaultDomainAsync()}/route_reservations?host=findme");
        ((bool)reservation.Json["matching_route"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Delete_Mapped_TellsInstances()
    {
        var space = await cc.SpaceAsync();
        var app = await cc.AppAsync(space);
        var route = (string)(await CreateAsync(space, "goes")).Json["guid"]!;
        await cc.Admin.PostAsync($"/v3/routes/{route}/destinations", Destinations(app));
        cc.Instances.Clear();
        ((string)(await cc.Admin.WaitForJobAsync(await cc.Admin.DeleteAsync($"/v3/routes/{route}")))["state"]!).ShouldBe("COMPLETE");
        cc.Instances.Calls.ShouldBe([$"routes {app}"]);
        (await cc.Admin.GetAsync($"/v3/routes/{route}")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Route not found");
    }

    private async Task<ApiResponse> CreateAsync(string space, string host, string path = "") => await cc.Admin.PostAsync(
        "/v3/routes", new { host, path, relationships = new { space = World.Data(space), domain = World.Data(await cc.DefaultDomainAsync()) } });

    private async Task<ApiResponse> CreateWithAsync(string space, string host, JsonNode? options) => await cc.Admin.PostAsync(
        "/v3/routes", new { host, options, relationships = new { space = World.Data(space), domain = World.Data(await cc.DefaultDomainAsync()) } });

    private static JsonObject Destinations(string app) => new() { ["destinations"] = new JsonArray(new JsonObject { ["app"] = new JsonObject { ["guid"] = app } }) };
}
