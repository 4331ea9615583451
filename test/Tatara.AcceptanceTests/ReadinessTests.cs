using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>An instance that says it is not ready gets no requests, and nothing else happens to it.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class ReadinessTests(SharedPlatform shared)
{
    private readonly Platform _platform = shared.Platform;

    [Fact]
    public async Task Ready_OneOfTwoSaysNo_TheOtherServesUntilItSaysYesAgain()
    {
        using var cf = await Cf.LoggedInAsync(_platform, "readiness");
        using var http = _platform.CreateClient();
        using var app = new RudeApp("shy", instances: 2);
        (await cf.RunAsync("push", "-f", app.Manifest, "-p", app.Folder)).Succeeded();
        await Eventually.BecomesAsync("both instances ready", TimeSpan.FromSeconds(60), () => AppInstances.RoutableAsync(cf, "shy"), routable => routable == 2);

        var shy = await http.GetStringAsync(_platform.AppUrl("shy", "/unready/15"));

        await Eventually.BecomesAsync("one instance not ready", TimeSpan.FromSeconds(14), () => AppInstances.RoutableAsync(cf, "shy"), routable => routable == 1);
        for (var i = 0; i < 20; i++) (await http.GetStringAsync(_platform.AppUrl("shy"))).ShouldNotBe(shy);
        await Eventually.BecomesAsync("both instances ready again", TimeSpan.FromSeconds(60), () => AppInstances.RoutableAsync(cf, "shy"), routable => routable == 2);
        await Eventually.BecomesAsync("requests for it again", TimeSpan.FromSeconds(10), () => http.GetStringAsync(_platform.AppUrl("shy")), answer => answer == shy);
        (await cf.RunAsync("events", "shy")).Succeeded().ShouldNotContain("crash");
        (await cf.RunAsync("logs", "shy", "--recent")).Succeeded().ShouldContain("Container is not ready and gets no requests: GET /ready was answered with 503 instead of 200");
        (await cf.RunAsync("delete", "shy", "-f", "-r")).Succeeded();
    }
}
