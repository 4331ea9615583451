using Xunit.Abstractions;

namespace Tatara.ChaosTests;

/// <summary>Processes and hosts that end without a word.</summary>
[Collection(nameof(OnChaosBed))]
public sealed class DeathTests(ChaosBed chaos, ITestOutputHelper output) : ChaosCase(chaos, output)
{
    /// <summary>How long something stays away.</summary>
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData("control-1", "cloud-controller")]
    [InlineData("control-1", "uaa")]
    [InlineData("control-1", "log-cache")]
    [InlineData("control-1", "health-manager")]
    [InlineData("control-2", "health-manager")]
    [InlineData("control-1", "authority")]
    [InlineData("cell-1", "dea")]
    public Task Kill_Role_NoRequestFails(string host, string role) => SurviveAsync($"kill -9 of {role} on {host}, back after {Away.TotalSeconds:0} s", 0, async () =>
    {
        await Bed[host].KillAsync(role);
        await Task.Delay(Away);
        await Bed[host].StartAsync(role);
    });

    [Fact, Trait("Suite", "Short")]
    public Task Kill_Router_OnlyRequestsUnderWayFail() => SurviveAsync("kill -9 of a router", Traffic.Users, async () =>
    {
        await Bed["edge-1"].KillAsync("router");
        await Task.Delay(Away);
        await Bed["edge-1"].StartAsync("router");
    });

    [Fact]
    public Task Kill_OneNats_NoRequestFails() => SurviveAsync("kill -9 of one nats-server", 0, () =>
    {
        Bed["control-1"].KillNats();
        return Task.CompletedTask;
    });

    [Fact, Trait("Suite", "Short")]
    public Task Kill_EveryNats_NoRequestFails() => SurviveAsync("kill -9 of every nats-server", 0, () =>
    {
        foreach (var host in Bed.With("bus")) host.KillNats();
        return Task.CompletedTask;
    });

    [Fact, Trait("Suite", "Short")]
    public async Task PowerOff_Cell_InstancesRunElsewhere()
    {
        await SurviveAsync("a DEA's host without power: until all instances run elsewhere", Traffic.Users, () => Bed["cell-2"].PowerOffAsync(), members: false);
        await SurviveAsync("the same host with power again", 0, () => Bed["cell-2"].PowerOnAsync());
    }

    [Fact]
    public Task Crash_WhileNoCloudControllerRuns_IsHealedWhenOneIsBack() => SurviveAsync("an instance crashes while no Cloud Controller runs", 1, async () =>
    {
        foreach (var host in Bed.With("cloud-controller")) await host.KillAsync("cloud-controller");
        Chaos.Crash("binary");
        await Task.Delay(Away);
        await Task.WhenAll(Bed.With("cloud-controller").Select(host => host.StartAsync("cloud-controller")));
    });
}
