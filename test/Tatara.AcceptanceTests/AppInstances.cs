using System.Text.Json;
using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>An app's instances, as the API tells of them.</summary>
internal static class AppInstances
{
    /// <summary>How many run and get requests.</summary>
    public static async Task<int> RoutableAsync(Cf cf, string app) => (await StatsAsync(cf, app)).Count(instance => instance.GetProperty("routable").GetBoolean());

    /// <summary>Addresses of the hosts that running instances are on.</summary>
    public static async Task<HashSet<string>> HostsAsync(Cf cf, string app) =>
        [.. (await StatsAsync(cf, app)).Where(instance => instance.GetProperty("state").GetString() == "RUNNING").Select(instance => instance.GetProperty("host").GetString()!)];

    private static async Task<IReadOnlyList<JsonElement>> StatsAsync(Cf cf, string app)
    {
        var guid = (await cf.RunAsync("app", app, "--guid")).Succeeded().Trim();
        var stats = JsonDocument.Parse((await cf.RunAsync("curl", $"/v3/apps/{guid}/processes/web/stats")).Succeeded());
        return [.. stats.RootElement.GetProperty("resources").EnumerateArray()];
    }
}
