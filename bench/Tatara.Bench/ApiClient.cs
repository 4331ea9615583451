using System.Net.Http.Headers;
using System.Text.Json;
using Tatara.Testing;

namespace Tatara.Bench;

/// <summary>Asks a platform's API as somebody who is logged in: by a connection of its own for each request, as each run of a tool does.</summary>
internal sealed class ApiClient(HttpClient http, string root) : IDisposable
{
    public static async Task<ApiClient> LogInAsync(Platform platform, Cf cf)
    {
        var token = (await cf.RunAsync("oauth-token")).Succeeded().Trim();
        var http = platform.CreateClient();
        http.DefaultRequestHeaders.Authorization = AuthenticationHeaderValue.Parse(token);
        return new ApiClient(http, platform.ApiUrl);
    }

    public Task<string> GetAsync(string path) => http.GetStringAsync(root + path);

    /// <summary>How many instances of an app's web process run.</summary>
    public async Task<int> RunningAsync(string app)
    {
        using var apps = JsonDocument.Parse(await GetAsync($"/v3/apps?names={app}"));
        var guid = apps.RootElement.GetProperty("resources")[0].GetProperty("guid").GetString();
        using var stats = JsonDocument.Parse(await GetAsync($"/v3/apps/{guid}/processes/web/stats"));
        return stats.RootElement.GetProperty("resources").EnumerateArray().Count(instance => instance.GetProperty("state").GetString() == "RUNNING");
    }

    public void Dispose() => http.Dispose();
}
