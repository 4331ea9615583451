using System.Net;
using Tatara.CloudController.Tests.Support;
using Tatara.Protocol;

namespace Tatara.CloudController.Tests.NetworkPolicies;

public sealed class NetworkPolicyTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    private const string Path = "/networking/v1/external/policies";

    [Fact]
    public async Task Policy_AddedTwiceAndRemoved_IsThereOnceAndThenNot()
    {
        var (source, destination) = (await cc.AppAsync(), await cc.AppAsync());
        var body = Body(source, destination, "tcp", 8080, 8090);

        (await cc.Admin.PostAsync(Path, body)).Expect(HttpStatusCode.OK);
        (await cc.Admin.PostAsync(Path, body)).Expect(HttpStatusCode.OK);

        var listed = (await cc.Admin.GetAsync($"{Path}?id={source}")).Json;
        ((int)listed["total_policies"]!).ShouldBe(1);
        var policy = listed["policies"]![0]!;
        ((string)policy["source"]!["id"]!).ShouldBe(source);
        policy["destination"]!.ToJsonString().ShouldBe($"{{\"id\":\"{destination}\",\"protocol\":\"tcp\",\"ports\":{{\"start\":8080,\"end\":8090}}}}");
        (await RulesAsync(source)).ShouldBe([new NetworkPolicyRule(source, destination, "tcp", 8080, 8090)]);
        (await RulesAsync(destination)).Count.ShouldBe(1);

        (await cc.Admin.PostAsync(Path + "/delete", body)).Expect(HttpStatusCode.OK);
        (await RulesAsync(source)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Policy_OfADeletedApp_GoesWithIt()
    {
        var (source, destination) = (await cc.AppAsync(), await cc.AppAsync());
        (await cc.Admin.PostAsync(Path, Body(source, destination, "udp", 53, 53))).Expect(HttpStatusCode.OK);

        await cc.Admin.WaitForJobAsync(await cc.Admin.DeleteAsync($"/v3/apps/{destination}"));

        (await RulesAsync(source)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("sctp", 80, 80)]
    [InlineData("tcp", 0, 80)]
    [InlineData("tcp", 80, 65536)]
    [InlineData("tcp", 90, 80)]
    public async Task Policy_ThatMakesNoSense_IsRefused(string protocol, int start, int end)
    {
        var (source, destination) = (await cc.AppAsync(), await cc.AppAsync());

        (await cc.Admin.PostAsync(Path, Body(source, destination, protocol, start, end))).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await RulesAsync(source)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Policy_BetweenAppsOfOthers_IsRefused()
    {
        var (source, destination) = (await cc.AppAsync(), await cc.AppAsync());
        var stranger = cc.User(World.Unique("stranger"));

        (await stranger.PostAsync(Path, Body(source, destination, "tcp", 80, 80))).Status.ShouldBe(HttpStatusCode.NotFound);
        ((int)(await stranger.GetAsync(Path)).Json["total_policies"]!).ShouldBe(0);
    }

    private static object Body(string source, string destination, string protocol, int start, int end) => new
    {
        policies = new[] { new { source = new { id = source }, destination = new { id = destination, protocol, ports = new { start, end } } } },
    };

    private async Task<IReadOnlyList<NetworkPolicyRule>> RulesAsync(string app)
    {
        await using var bus = await cc.ConnectAsync();
        return (await bus.RequestAsync<NetworkRulesRequest, NetworkRules>(Subjects.NetworkRules, new NetworkRulesRequest([], [app]), TimeSpan.FromSeconds(20))).Data!.Policies;
    }
}
