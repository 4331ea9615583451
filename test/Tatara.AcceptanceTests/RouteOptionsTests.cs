using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>What a user says of a route reaches the router; and what a space has of services is shown.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class RouteOptionsTests(SharedPlatform shared)
{
    [Fact]
    public async Task UpdateRoute_LoadBalancing_IsSetShownAndRemoved()
    {
        var platform = shared.Platform;
        using var cf = await Cf.LoggedInAsync(platform, "balanced");
        (await cf.RunAsync("create-route", platform.Domain, "--hostname", "balanced", "--option", "loadbalancing=least-connection")).Succeeded();
        await IsAsync("""{"loadbalancing":"least-connection"}""");
        (await cf.RunAsync("update-route", platform.Domain, "--hostname", "balanced", "-o", "loadbalancing=round-robin")).Succeeded().ShouldContain($"Route balanced.{platform.Domain} has been updated");
        await IsAsync("""{"loadbalancing":"round-robin"}""");
        (await cf.RunAsync("update-route", platform.Domain, "--hostname", "balanced", "-r", "loadbalancing")).Succeeded();
        await IsAsync("{}");

        (await cf.RunAsync("update-route", platform.Domain, "--hostname", "balanced")).Failed().ShouldContain("No options were specified");
        (await cf.RunAsync("update-route", platform.Domain, "--hostname", "balanced", "-o", "loadbalancing")).Failed().ShouldContain("key=value");
        (await cf.RunAsync("update-route", platform.Domain, "--hostname", "balanced", "-o", "loadbalancing=dice")).Failed().ShouldContain("must be one of 'round-robin, least-connection'");
        (await cf.RunAsync("delete-route", platform.Domain, "--hostname", "balanced", "-f")).Succeeded();

        async Task IsAsync(string options) => (await cf.RunAsync("curl", "/v3/routes?hosts=balanced")).Succeeded().ShouldContain($"\"options\":{options}");
    }

    [Fact]
    public async Task Services_UserProvided_AreListedAndShown()
    {
        using var cf = await Cf.LoggedInAsync(shared.Platform, "served");
        (await cf.RunAsync("services")).Succeeded().ShouldContain("No service instances found.");
        (await cf.RunAsync("create-user-provided-service", "guard", "-r", "https://guard.example.com/x", "-t", "one,two")).Succeeded();

        (await cf.RunAsync("services")).Succeeded().ShouldMatch(@"name\s+offering\s+plan\s+bound apps\s+last operation\s+broker\s+upgrade available\nguard\s+user-provided\s+create succeeded");
        (await cf.RunAsync("services", "--no-apps")).Succeeded().ShouldNotContain("bound apps");
        var shown = (await cf.RunAsync("service", "guard")).Succeeded();
        shown.ShouldMatch(@"route service url:\s+https://guard\.example\.com/x\n");
        shown.ShouldMatch(@"tags:\s+one, two\n");
        shown.ShouldContain("There are no bound apps for this service instance.");
        (await cf.RunAsync("service", "guard", "--guid")).Succeeded().Trim().Length.ShouldBe(36);
        (await cf.RunAsync("service", "nobody")).Failed().ShouldContain("Service instance 'nobody' not found");
        (await cf.RunAsync("delete-service", "guard", "-f")).Succeeded();
    }
}
