using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>An app behind another one that sees its requests first.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class RouteServiceTests(SharedPlatform shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task BindRouteService_RequestsGoToTheServiceUntilItIsUnbound()
    {
        var platform = shared.Platform;
        using var cf = await Cf.LoggedInAsync(platform, "guarded");
        using var http = platform.CreateClient();
        foreach (var app in (string[])["guarded", "guard"])
            (await cf.RunAsync("push", app, "-p", Path.Combine(Platform.Root, "samples", "binary"), "-b", "binary_buildpack", "-m", "64M")).Succeeded();
        var guard = await Eventually.BecomesAsync("the service's instance", Patience, () => GetAsync(http, platform.AppUrl("guard", "/guid")), answer => answer.Length == 37);
        var own = await Eventually.BecomesAsync("the app's instance", Patience, () => GetAsync(http, platform.AppUrl("guarded", "/guid")), answer => answer.Length == 37 && answer != guard);

        (await cf.RunAsync("create-user-provided-service", "guardian", "-r", $"https://guard.{platform.Domain}/guid")).Succeeded();
        (await cf.RunAsync("bind-route-service", platform.Domain, "--hostname", "guarded", "guardian")).Succeeded();
        (await cf.RunAsync("bind-route-service", platform.Domain, "--hostname", "guarded", "guardian")).Succeeded().ShouldContain("already bound");
        await Eventually.BecomesAsync("the service's answer", Patience, () => GetAsync(http, platform.AppUrl("guarded", "/anything")), answer => answer == guard);

        (await cf.RunAsync("unbind-route-service", platform.Domain, "--hostname", "guarded", "guardian", "-f")).Succeeded();
        await Eventually.BecomesAsync("the app's own answer", Patience, () => GetAsync(http, platform.AppUrl("guarded", "/guid")), answer => answer == own);
        (await cf.RunAsync("delete-service", "guardian", "-f")).Succeeded();
        foreach (var app in (string[])["guarded", "guard"]) (await cf.RunAsync("delete", app, "-f", "-r")).Succeeded();
    }

    private static async Task<string> GetAsync(HttpClient http, Uri address)
    {
        using var response = await http.GetAsync(address);
        return await response.Content.ReadAsStringAsync();
    }
}
