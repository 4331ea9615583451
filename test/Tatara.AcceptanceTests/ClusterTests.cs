using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>A platform of several hosts, each a network namespace with an address of its own.</summary>
public sealed class ClusterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly string s_app = Path.Combine(Platform.Root, "samples", "binary");

    [Fact]
    public async Task Join_FurtherHosts_RunAppsAndTakeOverFromThoseThatLeave()
    {
        await using var hosts = await HostBed.CreateAsync("10.89.31", 3);
        var (first, second, third) = (hosts[1], hosts[2], hosts[3]);

        // 1. The founding host, with all roles but a DEA's.
        (await first.RunAsync(["cluster", "init", "--address", first.Address, "--name", "host-1", "--config", first.ConfigFile, .. first.Flags])).Succeeded();
        await first.StartRolesAsync("authority", "bus", "cloud-controller", "uaa", "log-cache", "health-manager", "router");

        // 2. A host that joins as a DEA; its token works once.
        var token = (await first.RunAsync("token", "create", "--role", "dea", "--config", first.ConfigFile)).Succeeded().Trim();
        (await second.RunAsync(["join", token, "--name", "host-2", "--config", second.ConfigFile, .. second.Flags])).Succeeded();
        (await third.RunAsync(["join", token, "--name", "host-3", "--config", third.ConfigFile, .. third.Flags])).Failed().ShouldContain("used already");
        (await first.RunAsync("token", "create", "--role", "uaa", "--config", first.ConfigFile)).Failed().ShouldContain("a second Cloud Controller or UAA cannot reach them");
        var dea = await second.StartRolesAsync();

        // 3. An app that runs there answers through the router here.
        using var cf = await hosts.LoggedInAsync(first);
        var pushed = (await cf.RunAsync("push", "hello", "-p", s_app, "-b", "binary_buildpack", "-m", "64M")).Succeeded();
        pushed.ShouldContain("Cell dea-host-2");
        (await hosts.GetAsync(first, "hello")).ShouldContain("Hello from a binary");

        // 4. A third host: one more DEA, router and bus. Each router leads to each app.
        token = (await first.RunAsync("token", "create", "--role", "dea", "--role", "router", "--role", "bus", "--config", first.ConfigFile)).Succeeded().Trim();
        (await third.RunAsync(["join", token, "--name", "host-3", "--config", third.ConfigFile, .. third.Flags])).Succeeded();
        await third.StartRolesAsync();
        (await third.RunAsync("run", "dea", "--config", third.ConfigFile)).Failed().ShouldContain("runs on");
        await Eventually.BecomesAsync("an answer of the app through the new router", Patience, () => hosts.GetAsync(third, "hello"), said => said.Contains("Hello from a binary", StringComparison.Ordinal));

        // 5. A DEA is drained from the first host; its process ends, and it comes back.
        (await first.RunAsync("drain", "dea-host-2", "--config", first.ConfigFile)).Succeeded().ShouldContain("dea-host-2 is drained and has ended");
        await dea.WaitForExitAsync(new CancellationTokenSource(Patience).Token);
        (await hosts.GetAsync(first, "hello")).ShouldContain("Hello from a binary");
        await second.StartRolesAsync();

        // 6. The host that runs the app now, a bus of its own included, is removed: nobody hears it any more, and the app runs elsewhere.
        (await first.RunAsync("remove", "host-3", "--config", first.ConfigFile)).Succeeded();
        await Eventually.BecomesAsync("the app on the other host again", Patience, async () => (await cf.RunAsync("logs", "hello", "--recent")).Output,
            said => said.Split("Cell dea-host-2 successfully created container for instance").Length > 2);

        // 7. Nobody was refused what its role needs.
        foreach (var host in (Host[])[first, second, third]) host.Log().ShouldNotContain("Permissions Violation");
    }
}
