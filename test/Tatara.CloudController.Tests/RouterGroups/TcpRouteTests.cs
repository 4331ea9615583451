using System.Net;
using Tatara.CloudController.Tests.Support;
using Tatara.Protocol;

namespace Tatara.CloudController.Tests.RouterGroups;

/// <summary>A Cloud Controller with two router groups of few ports.</summary>
public sealed class TcpFixture : CloudControllerFixture
{
    public const string Group = "11111111-1111-4111-8111-111111111111";
    public const string SmallGroup = "22222222-2222-4222-8222-222222222222";

    /// <summary>Groups whose ports no other test takes.</summary>
    public static readonly string[] OwnGroups = ["own-1", "own-2", "own-3"];

    public TcpFixture()
    {
        Replace = InstanceRecorder.Use;
        Configure = o => o with
        {
            RouterGroups =
            [
                new RouterGroup(Group, "default-tcp", Ports("1024-1123")), new RouterGroup(SmallGroup, "small", Ports("2000,2001")),
                .. OwnGroups.Select(g => new RouterGroup(g, g, Ports("1024-1123"))),
            ],
        };
    }

    public async Task<string> DomainAsync(string name, string group = Group) =>
        (string)(await Admin.CreateAsync("/v3/domains", new { name, @internal = false, router_group = new { guid = group } }))["guid"]!;

    private static PortRanges Ports(string text) => PortRanges.TryParse(text, out var ports) ? ports : throw new ArgumentException(text);
}

public sealed class TcpRouteTests(TcpFixture cc) : IClassFixture<TcpFixture>
{
    [Fact]
    public async Task RouterGroups_Listed_AsTheRoutingApiDoes()
    {
        var root = (await cc.Admin.GetAsync("/")).Json["links"]!["routing"]!["href"]!.ToString();
        root.ShouldBe($"https://api.{TokenIssuer.Domain}/routing");
        var groups = (await cc.Admin.GetAsync("/routing/v1/router_groups")).Expect(HttpStatusCode.OK).AsArray();
        groups.Count.ShouldBe(2 + TcpFixture.OwnGroups.Length);
        groups[0]!.ToJsonString().ShouldBe($$"""{"guid":"{{TcpFixture.Group}}","name":"default-tcp","type":"tcp","reservable_ports":"1024-1123"}""");
        (await cc.Admin.GetAsync("/routing/v1/router_groups?name=small")).Json.AsArray().ShouldHaveSingleItem()!["reservable_ports"]!.ToString().ShouldBe("2000,2001");
        (await cc.Client(null).GetAsync("/routing/v1/router_groups")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Domain_WithAGroup_SpeaksTcp()
    {
        var domain = await cc.DomainAsync("tcp.shown.test");
        var shown = (await cc.Admin.GetAsync($"/v3/domains/{domain}")).Json;
        shown["router_group"]!.ToJsonString().ShouldBe($$"""{"guid":"{{TcpFixture.Group}}"}""");
        shown["supported_protocols"]!.ToJsonString().ShouldBe("""["tcp"]""");
    }

    [Theory]
    [InlineData("""{"name":"a.tcp.test","router_group":{"guid":"none"}}""", "Router group with guid 'none' not found.")]
    [InlineData("""{"name":"a.tcp.test","internal":true,"router_group":{"guid":"none"}}""", "Internal domains cannot be associated to a router group.")]
    public async Task Domain_WrongGroup_UnprocessableEntity(string body, string detail) =>
        (await cc.Admin.SendTextAsync(HttpMethod.Post, "/v3/domains", body)).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", detail);

    [Fact]
    public async Task Domain_OfAnOrganization_HasNoGroup() =>
        (await cc.Admin.PostAsync("/v3/domains", new { name = "own.tcp.test", router_group = new { guid = TcpFixture.Group }, relationships = World.To("organization", await cc.OrganizationAsync()) }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Domains scoped to an organization cannot be associated to a router group.");

    [Fact]
    public async Task Create_WithAndWithoutAPort_GetsOneOfThePool()
    {
        var domain = await cc.DomainAsync("tcp.create.test", TcpFixture.OwnGroups[0]);
        var space = await cc.SpaceAsync();
        var chosen = (await CreateAsync(space, domain, new { port = 1100 })).Expect(HttpStatusCode.Created);
        ((int)chosen["port"]!).ShouldBe(1100);
        ((string)chosen["protocol"]!).ShouldBe("tcp");
        ((string)chosen["url"]!).ShouldBe("tcp.create.test:1100");
        var random = (int)(await CreateAsync(space, domain, new { })).Expect(HttpStatusCode.Created)["port"]!;
        random.ShouldBeInRange(1024, 1123);
        random.ShouldNotBe(1100);
        (await cc.Admin.GetAsync($"/v3/routes?domain_guids={domain}&ports=1100&hosts=&paths=")).Json["resources"]!.AsArray().Count.ShouldBe(1);
        ((bool)(await cc.Admin.GetAsync($"/v3/domains/{domain}/route_reservations?port=1100")).Json["matching_route"]!).ShouldBeTrue();
        ((bool)(await cc.Admin.GetAsync($"/v3/domains/{domain}/route_reservations?port=1024")).Json["matching_route"]!).ShouldBe(random == 1024);
    }

    [Theory]
    [InlineData("""{"port":80}""", "Port '80' is not available. Try a different port or use a different domain.")]
    [InlineData("""{"port":1124}""", "Port '1124' is not available. Try a different port or use a different domain.")]
    [InlineData("""{"port":0}""", "Routes with protocol 'tcp' must specify a port.")]
    [InlineData("""{"host":"x","port":1030}""", "Hosts are not supported for TCP routes.")]
    [InlineData("""{"path":"/x","port":1030}""", "Paths are not supported for TCP routes.")]
    [InlineData("""{"port":65536}""", "Port must be less than or equal to 65535")]
    public async Task Create_WhatTcpRoutesCannotHave_UnprocessableEntity(string fields, string detail)
    {
        var domain = await cc.DomainAsync($"{World.Unique("tcp")}.test");
        (await CreateAsync(await cc.SpaceAsync(), domain, System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, object>>(fields)!))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", detail);
    }

    [Fact]
    public async Task Create_PortOnAnHttpDomain_UnprocessableEntity() =>
        (await CreateAsync(await cc.SpaceAsync(), await cc.DefaultDomainAsync(), new { host = "x", port = 1050 }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Routes with protocol 'http' do not support ports.");

    [Fact]
    public async Task Create_TakenPort_SaysByWhomAsCloudFoundryDoes()
    {
        var (domain, sameGroup) = (await cc.DomainAsync("tcp.one.test", TcpFixture.OwnGroups[1]), await cc.DomainAsync("tcp.two.test", TcpFixture.OwnGroups[1]));
        (await CreateAsync(await cc.SpaceAsync(), domain, new { port = 1060 })).Expect(HttpStatusCode.Created);
        (await CreateAsync(await cc.SpaceAsync(), domain, new { port = 1060 }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Route already exists with port '1060' for domain 'tcp.one.test'.");
        (await CreateAsync(await cc.SpaceAsync(), sameGroup, new { port = 1060 }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Port '1060' is not available. Try a different port or use a different domain.");
    }

    [Fact]
    public async Task Create_ManyAtOnceOfASmallPool_EachPortOnceAndThenNone()
    {
        var domain = await cc.DomainAsync("tcp.small.test", TcpFixture.SmallGroup);
        var space = await cc.SpaceAsync();
        var responses = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CreateAsync(space, domain, new { })));
        responses.Where(r => r.Status == HttpStatusCode.Created).Select(r => (int)r.Json["port"]!).ShouldBe([2000, 2001], ignoreOrder: true);
        foreach (var refused in responses.Where(r => r.Status != HttpStatusCode.Created))
            refused.ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "There are no more ports available for this domain.");
    }

    [Fact]
    public async Task Create_BeyondTheQuotaOfReservedPorts_UnprocessableEntity()
    {
        var domain = await cc.DomainAsync("tcp.quota.test");
        var organization = await cc.OrganizationAsync("few-ports");
        var space = await cc.SpaceAsync(organization);
        await cc.Admin.CreateAsync("/v3/organization_quotas", new
        {
            name = "one-port", routes = new { total_reserved_ports = 1 }, relationships = new { organizations = new { data = new[] { new { guid = organization } } } },
        });
        (await CreateAsync(space, domain, new { })).Expect(HttpStatusCode.Created);
        (await CreateAsync(space, domain, new { }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Reserved route ports quota exceeded for organization 'few-ports'.");
        (await CreateAsync(space, await cc.DefaultDomainAsync(), new { host = "still-free" })).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Destination_OfATcpRoute_SpeaksTcpOnly()
    {
        var domain = await cc.DomainAsync("tcp.mapped.test");
        var space = await cc.SpaceAsync();
        var app = await cc.AppAsync(space);
        var route = (string)(await CreateAsync(space, domain, new { })).Json["guid"]!;
        (await MapAsync(route, app, "http2")).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Cannot use 'http2' protocol for tcp routes; valid options are: [tcp].");
        ((string)(await MapAsync(route, app, null)).Expect(HttpStatusCode.OK)["destinations"]![0]!["protocol"]!).ShouldBe("tcp");
        var http = (string)(await CreateAsync(space, await cc.DefaultDomainAsync(), new { host = "http-only" })).Json["guid"]!;
        (await MapAsync(http, app, "tcp")).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Cannot use 'tcp' protocol for http routes; valid options are: [http1, http2].");
    }

    [Fact]
    public async Task Manifest_WithATcpRoute_MakesAndMapsIt()
    {
        await cc.DomainAsync("tcp.manifest.test", TcpFixture.OwnGroups[2]);
        var space = await cc.SpaceAsync();
        const string Manifest = "applications:\n- name: redis\n  routes:\n  - route: tcp.manifest.test:1080\n";
        for (var i = 0; i < 2; i++)
        {
            var job = await cc.Admin.WaitForJobAsync(await cc.Admin.SendTextAsync(HttpMethod.Post, $"/v3/spaces/{space}/actions/apply_manifest", Manifest, "application/x-yaml"));
            ((string)job["state"]!).ShouldBe("COMPLETE", job.ToJsonString());
        }
        var route = (await cc.Admin.GetAsync($"/v3/routes?space_guids={space}")).Json["resources"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)route["url"]!).ShouldBe("tcp.manifest.test:1080");
        ((string)route["destinations"]![0]!["protocol"]!).ShouldBe("tcp");
    }

    private static System.Text.Json.Nodes.JsonObject With(string space, string domain, object fields)
    {
        var body = System.Text.Json.JsonSerializer.SerializeToNode(fields)!.AsObject();
        body["relationships"] = System.Text.Json.JsonSerializer.SerializeToNode(new { space = World.Data(space), domain = World.Data(domain) });
        return body;
    }

    private Task<ApiResponse> CreateAsync(string space, string domain, object fields) => cc.Admin.PostAsync("/v3/routes", With(space, domain, fields));

    private Task<ApiResponse> MapAsync(string route, string app, string? protocol) =>
        cc.Admin.PostAsync($"/v3/routes/{route}/destinations", new { destinations = new[] { new { app = new { guid = app }, protocol } } });
}
