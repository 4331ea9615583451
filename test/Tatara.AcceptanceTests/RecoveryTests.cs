using System.Text.RegularExpressions;
using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>What dies comes back, and what need not die does not.</summary>
[Collection(nameof(OnHarmedPlatform))]
public sealed class RecoveryTests(HarmedPlatform harmed)
{
    /// <summary>Long enough on a busy machine; how long it takes on a quiet one is in docs/reliability.md.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private static string Dora => Path.Combine(Platform.Root, "samples", "dora");

    [Fact]
    public async Task KillNine_OfTheWholePlatform_AppsRunOnAndAreFoundAgain()
    {
        using var cf = await Cf.LoggedInAsync(harmed.Platform, "killed");
        (await cf.RunAsync("push", "killed", "-p", Dora, "-m", "128M", "-i", "2")).Succeeded();
        var before = await Eventually.BecomesAsync("two instances answering", Patience, () => GuidsAsync("killed"), guids => guids.Count == 2);

        await harmed.Machines.KillAsync();
        await harmed.Machines.StartAgainAsync();

        var after = await Eventually.BecomesAsync("both instances routed again", Patience, () => GuidsAsync("killed"), guids => guids.Count == 2);
        after.ShouldBe(before, ignoreOrder: true);
        await Task.Delay(TimeSpan.FromSeconds(12));
        (await GuidsAsync("killed")).ShouldBe(before, ignoreOrder: true);
        (await cf.RunAsync("app", "killed")).Succeeded().ShouldContain("2/2");
        (await cf.RunAsync("logs", "killed", "--recent")).Succeeded().ShouldContain("Dora listens");
        (await cf.RunAsync("events", "killed")).Succeeded().ShouldNotContain("crash");
        (await cf.RunAsync("delete", "killed", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task KillNine_WhileStaging_TheBuildEndsAndTheNextPushWorks()
    {
        using var cf = await Cf.LoggedInAsync(harmed.Platform, "staging");
        using var http = harmed.Platform.CreateClient();
        using var push = cf.Start("push", "staged", "-p", Dora, "-m", "128M");
        _ = push.StandardError.ReadToEndAsync();
        while (await push.StandardOutput.ReadLineAsync() is { } line && !line.Contains("Supplying Ruby", StringComparison.Ordinal)) { }

        await harmed.Machines.KillAsync();
        push.Kill();
        await harmed.Machines.StartAgainAsync();

        var app = (await cf.RunAsync("app", "staged", "--guid")).Succeeded().Trim();
        var build = await Eventually.BecomesAsync("an end of the cut-off build", Patience,
            async () => (await cf.RunAsync("curl", $"/v3/apps/{app}/builds")).Output, text => text.Contains("FAILED", StringComparison.Ordinal));
        build.ShouldContain("StagingError - Staging error: The DEA was restarted while it was staging. Push again");
        foreach (var folder in harmed.Machines.Deas.Select(harmed.Machines.FolderOf))
        {
            var staging = Path.Combine(folder, "staging");
            (Directory.Exists(staging) ? Directory.GetFileSystemEntries(staging) : []).ShouldBeEmpty();
            Directory.GetFileSystemEntries(folder, "staging-*", SearchOption.AllDirectories).ShouldBeEmpty();
            File.ReadAllLines("/proc/mounts").ShouldNotContain(mount => mount.Contains(folder, StringComparison.Ordinal) && mount.Contains("staging-", StringComparison.Ordinal));
        }
        await Eventually.BecomesAsync("a push that succeeds", TimeSpan.FromSeconds(120),
            async () => await cf.RunAsync("push", "staged", "-p", Dora, "-m", "128M"), again => again.ExitCode == 0);
        (await http.GetStringAsync(harmed.Platform.AppUrl("staged"))).ShouldStartWith("Hi, I'm Dora!");
        (await cf.RunAsync("delete", "staged", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task OneDea_KilledWithItsContainers_InstancesComeUpOnTheOthers()
    {
        var machines = harmed.Machines;
        using var cf = await Cf.LoggedInAsync(harmed.Platform, "moved");
        using var http = harmed.Platform.CreateClient();
        (await cf.RunAsync("push", "moved", "-p", Dora, "-m", "128M", "-i", "4")).Succeeded();
        await Eventually.BecomesAsync("four instances on all DEAs", Patience, () => HostsOfAllAsync(cf), hosts => hosts == machines.Deas.Count);

        await machines.PowerOffAsync(machines.Deas[^1]);

        await Eventually.BecomesAsync("four instances, all on the DEAs that are left", Patience, () => HostsOfAllAsync(cf), hosts => hosts == machines.Deas.Count - 1);
        for (var i = 0; i < 40; i++) (await http.GetAsync(harmed.Platform.AppUrl("moved"))).IsSuccessStatusCode.ShouldBeTrue();
        await machines.StartAsync(machines.Deas[^1]);
        (await cf.RunAsync("delete", "moved", "-f", "-r")).Succeeded();
    }

    /// <returns>How many hosts there are under the four instances; 0 while they are not four.</returns>
    private static async Task<int> HostsOfAllAsync(Cf cf) =>
        (await cf.RunAsync("app", "moved")).Succeeded().Contains("4/4", StringComparison.Ordinal) ? (await AppInstances.HostsAsync(cf, "moved")).Count : 0;

    /// <summary>The instances that answer, through whichever router.</summary>
    private async Task<HashSet<string>> GuidsAsync(string app)
    {
        const int turns = 16;
        var found = new HashSet<string>();
        foreach (var router in harmed.Machines.Routers)
        {
            using var http = router.CreateClient();
            for (var i = 0; i < turns; i++)
            {
                using var response = await http.GetAsync(router.AppUrl(app));
                if (response.IsSuccessStatusCode) found.Add(Regex.Match(await response.Content.ReadAsStringAsync(), @"^guid: (\S+)", RegexOptions.Multiline).Groups[1].Value);
            }
        }
        return found;
    }
}
