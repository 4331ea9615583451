using System.Text.Json;
using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>Apps that reach each other, and what they do not reach.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class NetworkTests(SharedPlatform shared) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Platform _platform = shared.Platform;
    private Cf _cf = null!;

    public async Task InitializeAsync() => _cf = await Cf.LoggedInAsync(_platform, "networks");

    public Task DisposeAsync()
    {
        _cf.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Policy_BetweenTwoApps_OpensTheInternalNameAndClosesItAgain()
    {
        (await _cf.RunAsync("push", "backend", "-p", Path.Combine(Platform.Root, "samples", "binary"), "-b", "binary_buildpack", "-m", "64M")).Succeeded();
        (await _cf.RunAsync("map-route", "backend", "apps.internal", "--hostname", "backend-of-test")).Succeeded();
        var directory = Directory.CreateTempSubdirectory("tatara-frontend-").FullName;
        File.WriteAllText(Path.Combine(directory, "Procfile"), """web: while true; do echo "it says $(curl --silent --show-error --max-time 2 http://0.backend-of-test.apps.internal:8080/ 2>&1 | head -n 1)"; sleep 0.2; done""");
        (await _cf.RunAsync("push", "frontend", "-p", directory, "-b", "binary_buildpack", "-m", "64M", "-u", "process", "--no-route")).Succeeded();

        // The name is known before the way is open.
        await LastWordsAsync("refused", text => text.Contains("Failed to connect", StringComparison.Ordinal));
        var policy = JsonSerializer.Serialize(new
        {
            policies = new[] { new { source = new { id = await GuidAsync("frontend") }, destination = new { id = await GuidAsync("backend"), protocol = "tcp", ports = new { start = 8080, end = 8080 } } } },
        });
        (await _cf.RunAsync("curl", "/networking/v1/external/policies", "-X", "POST", "-d", policy)).Succeeded();
        await LastWordsAsync("answered", text => text.Contains("it says Hello from a binary, instance 0", StringComparison.Ordinal));

        (await _cf.RunAsync("curl", "/networking/v1/external/policies/delete", "-X", "POST", "-d", policy)).Succeeded();
        await LastWordsAsync("refused again", text => text.Contains("Failed to connect", StringComparison.Ordinal));
        (await _cf.RunAsync("delete", "frontend", "-f", "-r")).Succeeded();
        (await _cf.RunAsync("delete", "backend", "-f", "-r")).Succeeded();
        Directory.Delete(directory, recursive: true);
    }

    private async Task<string> GuidAsync(string app) => (await _cf.RunAsync("app", app, "--guid")).Succeeded().Trim();

    private Task<string> LastWordsAsync(string what, Func<string, bool> wanted) => Eventually.BecomesAsync(
        what, Patience, async () => (await _cf.RunAsync("logs", "frontend", "--recent")).Succeeded().Split('\n').LastOrDefault(line => line.Contains("it says", StringComparison.Ordinal)) ?? "", wanted);
}
