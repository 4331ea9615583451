using System.Text.RegularExpressions;
using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>What dies comes back, and what need not die does not.</summary>
public sealed class RecoveryTests
{
    private static string Sample(string name) => Path.Combine(Platform.Root, "samples", name);

    [Fact]
    public async Task KillNine_OfTheWholePlatform_AppsRunOnAndAreFoundAgain()
    {
        await using var platform = await Platform.StartAsync("killed", 2);
        using var cf = await Cf.LoggedInAsync(platform, "o");
        using var http = platform.CreateClient();
        (await cf.RunAsync("push", "dora", "-p", Sample("dora"), "-m", "128M", "-i", "2")).Succeeded();
        var before = await Eventually.BecomesAsync("two instances answering", TimeSpan.FromSeconds(60),
            async () => await GuidsAsync(http, platform, 2), guids => guids.Count == 2);

        await platform.KillAsync();
        await platform.StartAgainAsync();

        var after = await Eventually.BecomesAsync("both instances routed again", TimeSpan.FromSeconds(20),
            async () => await GuidsAsync(http, platform, 2), guids => guids.Count == 2);
        after.ShouldBe(before, ignoreOrder: true);
        await Task.Delay(TimeSpan.FromSeconds(12));
        (await GuidsAsync(http, platform, 2)).ShouldBe(before, ignoreOrder: true);
        (await cf.RunAsync("app", "dora")).Succeeded().ShouldContain("2/2");
        (await cf.RunAsync("logs", "dora", "--recent")).Succeeded().ShouldContain("Dora listens");
        (await cf.RunAsync("events", "dora")).Succeeded().ShouldNotContain("crash");
    }

    [Fact]
    public async Task KillNine_WhileStaging_TheBuildEndsAndTheNextPushWorks()
    {
        await using var platform = await Platform.StartAsync("staging", 3);
        using var cf = await Cf.LoggedInAsync(platform, "o");
        using var http = platform.CreateClient();
        using var push = cf.Start("push", "dora", "-p", Sample("dora"), "-m", "128M");
        _ = push.StandardError.ReadToEndAsync();
        while (await push.StandardOutput.ReadLineAsync() is { } line && !line.Contains("Supplying Ruby", StringComparison.Ordinal)) { }

        await platform.KillAsync();
        push.Kill();
        await platform.StartAgainAsync();

        var build = await Eventually.BecomesAsync("an end of the cut-off build", TimeSpan.FromSeconds(60),
            async () => (await cf.RunAsync("curl", "/v3/builds")).Output, text => text.Contains("FAILED", StringComparison.Ordinal));
        build.ShouldContain("StagingError - Staging error: The DEA was restarted while it was staging. Push again");
        Directory.GetFileSystemEntries(Path.Combine(platform.Data, "dea-0", "staging")).ShouldBeEmpty();
        Directory.GetFileSystemEntries(Path.Combine(platform.Data, "dea-0"), "staging-*", SearchOption.AllDirectories).ShouldBeEmpty();
        File.ReadAllLines("/proc/mounts").ShouldNotContain(mount => mount.Contains(platform.Data, StringComparison.Ordinal) && mount.Contains("staging-", StringComparison.Ordinal));
        await Eventually.BecomesAsync("a push that succeeds", TimeSpan.FromSeconds(120),
            async () => await cf.RunAsync("push", "dora", "-p", Sample("dora"), "-m", "128M"), again => again.ExitCode == 0);
        (await http.GetStringAsync(platform.AppUrl("dora"))).ShouldStartWith("Hi, I'm Dora!");
    }

    [Fact]
    public async Task OneOfTwoDeas_KilledWithItsContainers_InstancesComeUpOnTheOther()
    {
        await using var platform = await Platform.StartAsync("twodeas", 4, "--deas", "2");
        using var cf = await Cf.LoggedInAsync(platform, "o");
        using var http = platform.CreateClient();
        (await cf.RunAsync("push", "dora", "-p", Sample("dora"), "-m", "128M", "-i", "4")).Succeeded();
        await Eventually.BecomesAsync("four instances answering", TimeSpan.FromSeconds(60), async () => (await GuidsAsync(http, platform, 4)).Count, count => count == 4);
        var addresses = await AddressesAsync(http, platform);
        addresses.Count.ShouldBe(2);

        KillDea(platform, "dea-1");

        await Eventually.BecomesAsync("four instances, all on the DEA that is left", TimeSpan.FromSeconds(60), async () =>
        {
            var text = (await cf.RunAsync("app", "dora")).Succeeded();
            return text.Contains("4/4", StringComparison.Ordinal) ? (await AddressesAsync(http, platform)).Count : 0;
        }, count => count == 1);
        for (var i = 0; i < 40; i++) (await http.GetAsync(platform.AppUrl("dora"))).IsSuccessStatusCode.ShouldBeTrue();
    }

    /// <summary>The DEA's process and everything it holds, as when a host is switched off.</summary>
    private static void KillDea(Platform platform, string name)
    {
        Platform.Kill(platform.DeaPid(name));
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid)) continue;
            try
            {
                var command = File.ReadAllText(Path.Combine(directory, "cmdline"));
                if (!command.Contains("conmon", StringComparison.Ordinal) || !command.Contains($"{platform.Data}/{name}", StringComparison.Ordinal)) continue;
                foreach (var child in File.ReadAllText(Path.Combine(directory, "task", pid.ToString(), "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    Platform.Kill(int.Parse(child));
                Platform.Kill(pid);
            }
            catch (IOException)
            {
                // The process ended while it was looked at.
            }
        }
    }

    private static async Task<HashSet<string>> GuidsAsync(HttpClient http, Platform platform, int expected) => await FactsAsync(http, platform, "guid", expected);

    private static async Task<HashSet<string>> AddressesAsync(HttpClient http, Platform platform)
    {
        var found = new HashSet<string>();
        for (var i = 0; i < 16; i++)
        {
            using var response = await http.GetAsync(platform.AppUrl("dora", "/env/CF_INSTANCE_IP"));
            if (response.IsSuccessStatusCode) found.Add(await response.Content.ReadAsStringAsync());
        }
        return found;
    }

    private static async Task<HashSet<string>> FactsAsync(HttpClient http, Platform platform, string fact, int expected)
    {
        var found = new HashSet<string>();
        for (var i = 0; i < expected * 8; i++)
        {
            using var response = await http.GetAsync(platform.AppUrl("dora"));
            if (response.IsSuccessStatusCode) found.Add(Regex.Match(await response.Content.ReadAsStringAsync(), $@"^{fact}: (\S+)", RegexOptions.Multiline).Groups[1].Value);
        }
        return found;
    }
}
