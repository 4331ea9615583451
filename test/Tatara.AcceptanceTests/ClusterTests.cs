using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>A platform of several hosts, each a network namespace with an address of its own.</summary>
public sealed class ClusterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly string s_app = Path.Combine(Platform.Root, "samples", "binary");

    [Fact]
    public async Task Join_FurtherHosts_RunAppsAndTakeOverFromOneThatIsRemoved()
    {
        await using var hosts = await HostBed.CreateAsync("10.89.31", 3);
        var (first, second, third) = (hosts[1], hosts[2], hosts[3]);

        // 1. The founding host, with all roles but a DEA's.
        (await first.RunAsync(["cluster", "init", "--address", first.Address, "--name", "host-1", "--config", first.ConfigFile, .. first.Flags])).Succeeded();
        await first.StartRolesAsync("authority", "bus", "cloud-controller", "uaa", "log-cache", "health-manager", "router");

        // 2. A host that joins as a DEA; its token works once.
        var token = (await first.RunAsync("token", "create", "--role", "dea", "--config", first.ConfigFile)).Succeeded().Trim();
        (await second.RunAsync(["join", token, "--name", "host-2", "--config", second.ConfigFile, .. second.Flags])).Succeeded();
        (await third.RunAsync(["join", token, "--name", "host-3", "--config", third.ConfigFile, .. third.Flags])).Output.ShouldContain("used already");
        await second.StartRolesAsync();

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

        // 5. The host that runs the app is removed: the platform does not talk to it any more, and the app runs elsewhere.
        (await first.RunAsync("remove", "host-2", "--config", first.ConfigFile)).Succeeded();
        await Eventually.BecomesAsync("the app on the other host", Patience, async () => (await cf.RunAsync("logs", "hello", "--recent")).Output, said => said.Contains("Cell dea-host-3 successfully created", StringComparison.Ordinal));
        await Eventually.BecomesAsync("the bus without it", Patience, () => Task.FromResult(second.Log()), log => log.Contains("Authorization Violation", StringComparison.Ordinal));

        // 6. Nobody was refused what its role needs.
        foreach (var host in (Host[])[first, second, third]) host.Log().ShouldNotContain("Permissions Violation");
    }
}
