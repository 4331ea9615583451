using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>An operator takes machines out of service, and nobody who uses an app notices.</summary>
[Collection(nameof(OnHarmedPlatform))]
public sealed class DrainTests(HarmedPlatform harmed)
{
    private const int Instances = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Drain_AllDeasButOne_NoRequestIsLost()
    {
        var (platform, deas) = (harmed.Platform, harmed.Machines.Deas);
        using var cf = await Cf.LoggedInAsync(platform, "drained");
        using var app = new RudeApp("rude", Instances);
        (await cf.RunAsync("push", "-f", app.Manifest, "-p", app.Folder)).Succeeded();
        await Eventually.BecomesAsync("instances on all DEAs", Patience, () => AppInstances.HostsAsync(cf, "rude"), hosts => hosts.Count == deas.Count);

        // 1. People use it all the while: quick requests, and slow ones that are under way when their instance has to go.
        using var enough = new CancellationTokenSource();
        var users = Task.WhenAll(
            UseAsync(platform, "/", enough.Token), UseAsync(platform, "/quick", enough.Token),
            UseAsync(platform, "/slow/2", enough.Token), UseAsync(platform, "/slow/2", enough.Token), UseAsync(platform, "/slow/2", enough.Token));

        // 2. One DEA after the other leaves.
        foreach (var dea in deas.SkipLast(1))
        {
            var (exitCode, output) = await harmed.Machines.OperateAsync("drain", dea);
            exitCode.ShouldBe(0, output);
            output.ShouldContain($"{dea} is drained and has ended.");
        }

        // 3. All that ran runs, none of it there, and every request was answered.
        (await AppInstances.HostsAsync(cf, "rude")).Count.ShouldBe(1);
        await enough.CancelAsync();
        var answers = (await users).SelectMany(a => a).ToList();
        answers.Count.ShouldBeGreaterThan(20);
        answers.Where(a => a != "200").ShouldBeEmpty();
        (await cf.RunAsync("app", "rude")).Succeeded().ShouldContain($"{Instances}/{Instances}");
        (await cf.RunAsync("events", "rude")).Succeeded().ShouldNotContain("crash");

        // 4. The last one cannot go, and the others can come back.
        var (refused, why) = await harmed.Machines.OperateAsync("drain", deas[^1]);
        refused.ShouldBe(1, why);
        why.ShouldContain($"{deas[^1]} is the only DEA");
        why.ShouldContain("tatara run dea");
        foreach (var dea in deas.SkipLast(1)) await harmed.Machines.StartAsync(dea);
        (await cf.RunAsync("scale", "rude", "-i", $"{Instances * deas.Count}")).Succeeded();
        await Eventually.BecomesAsync("instances on all DEAs again", Patience, () => AppInstances.HostsAsync(cf, "rude"), hosts => hosts.Count == deas.Count);
        (await cf.RunAsync("delete", "rude", "-f", "-r")).Succeeded();
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
}
