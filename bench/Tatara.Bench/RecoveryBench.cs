using System.Diagnostics;
using Tatara.Testing;

namespace Tatara.Bench;

/// <summary>From an instance's death to the first answer of the one that replaces it. The app starts at once, so all of it is the platform's.</summary>
internal static class RecoveryBench
{
    private const int Apps = 3;

    /// <summary>The third crash in a row is still restarted at once; a fourth would have to wait.</summary>
    private const int CrashesPerApp = 2;

    public static async Task RunAsync(Report report)
    {
        await using var platform = await Platform.StartAsync("bench", 9);
        using var cf = await Cf.LoggedInAsync(platform, "bench");
        using var http = platform.CreateClient();
        var samples = new List<double>();
        for (var app = 0; app < Apps; app++)
        {
            var name = $"mortal{app}";
            (await cf.RunAsync("push", name, "-p", Path.Combine(Platform.Root, "samples", "binary"), "-b", "binary_buildpack", "-m", "64M")).Succeeded();
            for (var crash = 0; crash < CrashesPerApp; crash++)
            {
                var before = await GuidAsync(http, platform, name);
                var watch = Stopwatch.StartNew();
                await GetAsync(http, platform, name, "/exit");
                while (await GuidAsync(http, platform, name) is var guid && (guid.Length == 0 || guid == before)) await Task.Delay(2);
                samples.Add(watch.Elapsed.TotalSeconds);
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
        report.Add("kill_to_answer_s", samples);
    }

    private static async Task<string> GuidAsync(HttpClient http, Platform platform, string app) => await GetAsync(http, platform, app, "/guid");

    private static async Task<string> GetAsync(HttpClient http, Platform platform, string app, string path)
    {
        try
        {
            using var response = await http.GetAsync(platform.AppUrl(app, path));
            return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : "";
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }
}
