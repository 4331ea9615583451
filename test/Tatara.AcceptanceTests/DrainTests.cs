using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>An operator takes a machine out of service, and nobody who uses an app notices.</summary>
public sealed class DrainTests
{
    private const int Instances = 4;

    [Fact]
    public async Task Drain_OneOfTwoDeas_NoRequestIsLost()
    {
        await using var platform = await Platform.StartAsync("drained", 11, "--deas", "2");
        using var cf = await Cf.LoggedInAsync(platform, "o");
        using var http = platform.CreateClient();
        using var app = new RudeApp("rude", Instances);
        (await cf.RunAsync("push", "-f", app.Manifest, "-p", app.Folder)).Succeeded();
        await Eventually.BecomesAsync("instances on both DEAs", TimeSpan.FromSeconds(60), () => AddressesAsync(http, platform), addresses => addresses.Count == 2);

        // 1. People use it all the while: quick requests, and slow ones that are under way when their instance has to go.
        using var enough = new CancellationTokenSource();
        var users = Task.WhenAll(
            UseAsync(platform, "/", enough.Token), UseAsync(platform, "/quick", enough.Token),
            UseAsync(platform, "/slow/2", enough.Token), UseAsync(platform, "/slow/2", enough.Token), UseAsync(platform, "/slow/2", enough.Token));

        // 2. The DEA leaves.
        var (exitCode, output) = await platform.RunAsync("drain", "dea-0");
        exitCode.ShouldBe(0, output);
        output.ShouldContain("dea-0 is drained and has ended.");

        // 3. All that ran runs, none of it there, and every request was answered.
        (await AddressesAsync(http, platform)).Count.ShouldBe(1);
        await enough.CancelAsync();
        var answers = (await users).SelectMany(a => a).ToList();
        answers.Count.ShouldBeGreaterThan(20);
        answers.Where(a => a != "200").ShouldBeEmpty();
        (await cf.RunAsync("app", "rude")).Succeeded().ShouldContain($"{Instances}/{Instances}");
        (await cf.RunAsync("events", "rude")).Succeeded().ShouldNotContain("crash");

        // 4. The last one cannot go, and the first can come back.
        (exitCode, output) = await platform.RunAsync("drain", "dea-1");
        (exitCode, output.Contains("dea-1 is the only DEA", StringComparison.Ordinal)).ShouldBe((1, true), output);
        using var dea = platform.StartDea(0);
        (await dea.StandardOutput.ReadLineAsync()).ShouldStartWith("dea-0 runs");
        (await cf.RunAsync("scale", "rude", "-i", $"{Instances * 2}")).Succeeded();
        await Eventually.BecomesAsync("instances on both DEAs again", TimeSpan.FromSeconds(60), () => AddressesAsync(http, platform), addresses => addresses.Count == 2);
    }

    /// <summary>Asks again and again; what came of each request.</summary>
    private static async Task<List<string>> UseAsync(Platform platform, string path, CancellationToken enough)
    {
        using var http = platform.CreateClient();
        var answers = new List<string>();
        while (!enough.IsCancellationRequested)
        {
            try
            {
                using var response = await http.GetAsync(platform.AppUrl("rude", path), CancellationToken.None);
                answers.Add(response.IsSuccessStatusCode ? "200" : $"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(CancellationToken.None)}");
            }
            catch (HttpRequestException e)
            {
                answers.Add($"{path}: {e.Message}");
            }
        }
        return answers;
    }

    private static async Task<HashSet<string>> AddressesAsync(HttpClient http, Platform platform)
    {
        var found = new HashSet<string>();
        for (var i = 0; i < 24; i++)
        {
            using var response = await http.GetAsync(platform.AppUrl("rude"));
            if (response.IsSuccessStatusCode) found.Add((await response.Content.ReadAsStringAsync()).Split(' ')[0]);
        }
        return found;
    }
}
