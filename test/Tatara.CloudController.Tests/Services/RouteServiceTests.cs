using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Data;
using Tatara.CloudController.Instances;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Services;

public sealed class RouteServiceTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    private const string Url = "https://guard.example.test/check";

    [Fact]
    public async Task Bind_Unbind_TellsInstancesAndShowsIt()
    {
        var (space, route, app) = await MappedAsync("bound");
        var service = await ServiceAsync(space, "guard");
        cc.Instances.Clear();

        var binding = (await BindAsync(service, route)).Expect(HttpStatusCode.Created);
        ((string)binding["route_service_url"]!).ShouldBe(Url);
        (await UrisAsync(app)).Services.ShouldBe(new Dictionary<string, string> { [$"bound.{TokenIssuer.Domain}"] = Url });
        (await BindAsync(service, route)).ExpectError(HttpStatusCode.UnprocessableEntity, 130008, "CF-ServiceInstanceAlreadyBoundToSameRoute", "The route and service instance are already bound.");
        var listed = (await cc.Admin.GetAsync($"/v3/service_route_bindings?route_guids={route}&include=service_instance")).Expect(HttpStatusCode.OK);
        ((string)listed["included"]!["service_instances"]![0]!["name"]!).ShouldBe("guard");
        (await cc.Admin.GetAsync($"/v3/routes?service_instance_guids={service}")).Json["resources"]!.AsArray().Count.ShouldBe(1);

        (await cc.Admin.DeleteAsync($"/v3/service_route_bindings/{binding["guid"]}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await UrisAsync(app)).Services.ShouldBeEmpty();
        cc.Instances.Calls.Count(c => c == $"routes {app}").ShouldBe(2);
    }

    [Fact]
    public async Task Update_OtherUrl_TellsInstances_AndDeleteUnbinds()
    {
        var (space, route, app) = await MappedAsync("moved");
        var service = await ServiceAsync(space, "moving");
        (await BindAsync(service, route)).Expect(HttpStatusCode.Created);
        cc.Instances.Clear();
        (await cc.Admin.PatchAsync($"/v3/service_instances/{service}", new { route_service_url = "https://other.example.test" })).Expect(HttpStatusCode.OK);
        (await UrisAsync(app)).Services.Values.ShouldBe(["https://other.example.test"]);
        (await cc.Admin.DeleteAsync($"/v3/service_instances/{service}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await UrisAsync(app)).Services.ShouldBeEmpty();
        cc.Instances.Calls.ShouldBe([$"routes {app}", $"routes {app}"]);
    }

    [Theory]
    [InlineData("""{"type":"managed","name":"x"}""", "Type must be 'user-provided': there are no service brokers here")]
    [InlineData("""{"type":"user-provided"}""", "Name can't be blank")]
    [InlineData("""{"type":"user-provided","name":"x","route_service_url":"http://plain.test"}""", "Route service url must be https")]
    [InlineData("""{"type":"user-provided","name":"x","route_service_url":"nonsense"}""", "Route service url must be a valid URI")]
    [InlineData("""{"type":"user-provided","name":"x","credentials":"text"}""", "Credentials must be an object")]
    public async Task Create_WrongFields_UnprocessableEntity(string fields, string detail)
    {
        var body = System.Text.Json.Nodes.JsonNode.Parse(fields)!.AsObject();
        body["relationships"] = System.Text.Json.JsonSerializer.SerializeToNode(World.To("space", await cc.SpaceAsync()));
        var response = await cc.Admin.PostAsync("/v3/service_instances", body);
        response.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        response.Text.ShouldContain(System.Text.Json.JsonEncodedText.Encode(detail).ToString().Replace("\\u0027", "'"));
    }

    [Fact]
    public async Task Create_TakenName_AndCredentialsForThoseWhoMayChangeIt()
    {
        var space = await cc.SpaceAsync();
        var created = await cc.Admin.CreateAsync("/v3/service_instances", new { type = "user-provided", name = "db", credentials = new { password = "p" }, relationships = World.To("space", space) });
        (await cc.Admin.PostAsync("/v3/service_instances", new { type = "user-provided", name = "db", relationships = World.To("space", space) }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "The service instance name is taken: db.");
        (await cc.Admin.GetAsync($"/v3/service_instances?space_guids={space}&order_by=name")).Json["resources"]!.AsArray().Count.ShouldBe(1);
        (await cc.Admin.GetAsync($"/v3/service_instances/{created["guid"]}/credentials")).Json.ToJsonString().ShouldBe("""{"password":"p"}""");
        created.ToJsonString().ShouldNotContain("password");
        (await cc.User("nobody").GetAsync($"/v3/service_instances/{created["guid"]}/credentials")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Bind_WhatCannotBe_SaysWhy()
    {
        var (space, route, _) = await MappedAsync("refused");
        var plain = (string)(await cc.Admin.CreateAsync("/v3/service_instances", new { type = "user-provided", name = "plain", relationships = World.To("space", space) }))["guid"]!;
        (await BindAsync(plain, route)).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "This service instance does not support route binding");
        var elsewhere = await ServiceAsync(await cc.SpaceAsync(), "elsewhere");
        (await BindAsync(elsewhere, route)).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "The service instance and the route are in different spaces");
        var one = await ServiceAsync(space, "one");
        (await BindAsync(one, route)).Expect(HttpStatusCode.Created);
        (await BindAsync(await ServiceAsync(space, "two"), route)).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "A route may only be bound to a single service instance");
        (await BindAsync("none", route)).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "The service instance could not be found: none");
    }

    private async Task<(string Space, string Route, string App)> MappedAsync(string host)
    {
        var space = await cc.SpaceAsync();
        var app = await cc.AppAsync(space);
        var route = (string)(await cc.Admin.CreateAsync("/v3/routes", new { host, relationships = new { space = World.Data(space), domain = World.Data(await cc.DefaultDomainAsync()) } }))["guid"]!;
        (await cc.Admin.PostAsync($"/v3/routes/{route}/destinations", new { destinations = new[] { new { app = new { guid = app } } } })).Expect(HttpStatusCode.OK);
        return (space, route, app);
    }

    private async Task<string> ServiceAsync(string space, string name) =>
        (string)(await cc.Admin.CreateAsync("/v3/service_instances", new { type = "user-provided", name, route_service_url = Url, relationships = World.To("space", space) }))["guid"]!;

    private Task<ApiResponse> BindAsync(string service, string route) =>
        cc.Admin.PostAsync("/v3/service_route_bindings", new { relationships = new { service_instance = World.Data(service), route = World.Data(route) } });

    private async Task<ProcessRoutes> UrisAsync(string app)
    {
        await using var scope = cc.Services.CreateAsyncScope();
        return (await RouteUris.ReadAsync(scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>(), app, default)).Of("web");
    }
}
