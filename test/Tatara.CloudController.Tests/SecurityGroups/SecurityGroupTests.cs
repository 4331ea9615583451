using System.Net;
using Tatara.CloudController.Tests.Support;
using Tatara.Protocol;

namespace Tatara.CloudController.Tests.SecurityGroups;

public sealed class SecurityGroupTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    private const string Path = "/v3/security_groups";

    [Fact]
    public async Task Start_FirstTime_InternetAndNameServersAreOpenToAll()
    {
        var groups = (await cc.Admin.GetAsync($"{Path}?names=public_networks,dns&globally_enabled_running=true&globally_enabled_staging=true")).Json["resources"]!.AsArray();

        groups.Select(g => (string)g!["name"]!).ShouldBe(["public_networks", "dns"], ignoreOrder: true);
        groups.SelectMany(g => g!["rules"]!.AsArray()).Select(r => (string)r!["destination"]!).ShouldNotContain(d => d.StartsWith("169.254", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Create_WithEverything_IsAnsweredAsItWasSent()
    {
        var space = await cc.SpaceAsync();
        var name = World.Unique("group");
        var created = await cc.Admin.CreateAsync(Path, new
        {
            name,
            globally_enabled = new { running = false, staging = false },
            rules = new object[]
            {
                new { protocol = "tcp", destination = "10.10.10.0/24", ports = "443,80,8080-8090", description = "web", log = true },
                new { protocol = "icmp", destination = "10.10.10.1-10.10.10.9", type = 8, code = 0 },
                new { protocol = "all", destination = "192.168.1.1,192.168.2.0/24" },
            },
            relationships = new { running_spaces = new { data = new[] { new { guid = space } } } },
        });

        ((string)created["name"]!).ShouldBe(name);
        created["rules"]!.ToJsonString().ShouldBe(
            """[{"protocol":"tcp","destination":"10.10.10.0/24","ports":"443,80,8080-8090","description":"web","log":true},{"protocol":"icmp","destination":"10.10.10.1-10.10.10.9","type":8,"code":0},{"protocol":"all","destination":"192.168.1.1,192.168.2.0/24"}]""");
        ((string)created["relationships"]!["running_spaces"]!["data"]![0]!["guid"]!).ShouldBe(space);
        created["relationships"]!["staging_spaces"]!["data"]!.AsArray().ShouldBeEmpty();
        (await cc.Admin.PostAsync(Path, new { name })).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", $"Security group with name '{name}' already exists.");
    }

    [Theory]
    [InlineData("""{"protocol":"sctp","destination":"10.0.0.1"}""", "protocol must be 'tcp', 'udp', 'icmp', or 'all'")]
    [InlineData("""{"protocol":"tcp","destination":"10.0.0.1"}""", "ports are required for protocols of type TCP and UDP")]
    [InlineData("""{"protocol":"tcp","destination":"10.0.0.1","ports":"0"}""", "ports must be a valid single port")]
    [InlineData("""{"protocol":"tcp","destination":"10.0.0.1","ports":"90-80"}""", "ports must be a valid single port")]
    [InlineData("""{"protocol":"tcp","destination":"10.0.0.1","ports":"80; drop"}""", "ports must be a valid single port")]
    [InlineData("""{"protocol":"all","destination":"10.0.0.1","ports":"80"}""", "ports are not allowed for protocols of type all")]
    [InlineData("""{"protocol":"icmp","destination":"10.0.0.1","code":0}""", "type is required for protocols of type ICMP")]
    [InlineData("""{"protocol":"icmp","destination":"10.0.0.1","code":0,"type":256}""", "type must be an integer between -1 and 255 (inclusive)")]
    [InlineData("""{"protocol":"all"}""", "destination must be a valid CIDR, IP address, or IP address range")]
    [InlineData("""{"protocol":"all","destination":"example.com"}""", "destination must contain valid CIDR(s)")]
    [InlineData("""{"protocol":"all","destination":"10.0.0.1 "}""", "destination must not contain whitespace")]
    [InlineData("""{"protocol":"all","destination":"10.0.0.0/33"}""", "destination must contain valid CIDR(s)")]
    [InlineData("""{"protocol":"all","destination":"10.0.0.9-10.0.0.1"}""", "numerically greater than the end of its range")]
    [InlineData("""{"protocol":"all","destination":"10.0.0.1","colour":"red"}""", "Unknown field(s): 'colour'")]
    public async Task Create_RuleThatNoFirewallCanFollow_IsRefused(string rule, string message)
    {
        var response = await cc.Admin.PostAsync(Path, $$"""{"name":"{{World.Unique("bad")}}","rules":[{{rule}}]}""");

        response.ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity");
        ((string)response.Json["errors"]![0]!["detail"]!).ShouldContain(message);
    }

    [Fact]
    public async Task Rules_OfASpace_AreThoseOfItsGroupsAndOfAll()
    {
        var (space, other) = (await cc.SpaceAsync(), await cc.SpaceAsync());
        var app = await cc.AppAsync(space);
        var group = (string)(await cc.Admin.CreateAsync(Path, new { name = World.Unique("group"), rules = new[] { new { protocol = "tcp", destination = "10.1.2.3", ports = "5432" } } }))["guid"]!;
        await using var bus = await cc.ConnectAsync();
        await using var changes = await bus.SubscribeCoreAsync<EmptyMessage>(Subjects.NetworkChanged);

        (await RulesAsync(space, app)).Egress[space].ShouldNotContain(r => r.Destination == "10.1.2.3");
        (await cc.Admin.PostAsync($"{Path}/{group}/relationships/running_spaces", new { data = new[] { new { guid = space } } })).Expect(HttpStatusCode.OK);

        await changes.Messages.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        var rules = (await RulesAsync(space, app)).Egress[space];
        rules.ShouldContain(new EgressRule("tcp", "10.1.2.3", "5432"));
        rules.ShouldContain(r => r.Ports == "53");
        (await RulesAsync(other, app)).Egress[other].ShouldNotContain(r => r.Destination == "10.1.2.3");

        (await cc.Admin.DeleteAsync($"{Path}/{group}/relationships/running_spaces/{space}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await RulesAsync(space, app)).Egress[space].ShouldNotContain(r => r.Destination == "10.1.2.3");
        (await cc.Admin.DeleteAsync($"{Path}/{group}/relationships/running_spaces/{space}")).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity",
            $"Unable to unbind security group from space with guid '{space}'. Ensure the space is bound to this security group.");
    }

    [Fact]
    public async Task Delete_GroupInUse_IsGoneFromItsSpaces()
    {
        var space = await cc.SpaceAsync();
        var group = (string)(await cc.Admin.CreateAsync(Path, new
        {
            name = World.Unique("group"), rules = new[] { new { protocol = "all", destination = "10.9.9.9" } },
            relationships = new { running_spaces = new { data = new[] { new { guid = space } } } },
        }))["guid"]!;
        (await ListAsync($"/v3/spaces/{space}/running_security_groups")).ShouldContain(group);

        await cc.Admin.WaitForJobAsync(await cc.Admin.DeleteAsync($"{Path}/{group}"));

        (await ListAsync($"/v3/spaces/{space}/running_security_groups")).ShouldNotContain(group);
        (await RulesAsync(space, "no-app")).Egress[space].ShouldNotContain(r => r.Destination == "10.9.9.9");
    }

    private async Task<IReadOnlyList<string>> ListAsync(string path) => [.. (await cc.Admin.GetAsync(path)).Json["resources"]!.AsArray().Select(g => (string)g!["guid"]!)];

    private async Task<NetworkRules> RulesAsync(string space, string app)
    {
        await using var bus = await cc.ConnectAsync();
        return (await bus.RequestAsync<NetworkRulesRequest, NetworkRules>(Subjects.NetworkRules, new NetworkRulesRequest([space], [app]), TimeSpan.FromSeconds(20))).Data!;
    }
}
