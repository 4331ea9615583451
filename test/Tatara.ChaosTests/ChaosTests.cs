using System.Diagnostics;
using Tatara.Testing.Beds;
using Xunit.Abstractions;

namespace Tatara.ChaosTests;

/// <summary>
/// What may fail, fails while users go on. Afterwards every desired instance runs exactly once, no request reached another app, and none
/// failed but those that were under way on what died.
/// </summary>
[Collection(nameof(OnChaosBed))]
public sealed class ChaosTests(ChaosBed chaos, ITestOutputHelper output)
{
    /// <summary>Long enough on a busy machine; how long it takes on a quiet one is in docs/reliability.md.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    /// <summary>How long something stays away.</summary>
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(3);

    private Bed Bed => chaos.Bed;

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
        chaos.Crash("binary");
        await Task.Delay(Away);
        await Task.WhenAll(Bed.With("cloud-controller").Select(host => host.StartAsync("cloud-controller")));
    });

    [Fact]
    public Task PostgreSql_CrashesAndIsAway_AppsAnswerAndTheApiComesBack() => SurviveAsync("PostgreSQL away while an instance crashes", 1, async () =>
    {
        await Bed.Rows.StopAsync(crash: true);
        chaos.Crash("binary");
        var refused = await chaos.Cf.RunAsync("apps");
        refused.ExitCode.ShouldBe(1, refused.Output);
        await Task.Delay(Away);
        await Bed.Rows.StartAgainAsync();
    });

    [Fact]
    public async Task S3_IsAway_PushIsRefusedAndAppsRunOn()
    {
        await SurviveAsync("S3 away", 0, async () =>
        {
            await Bed.Bits.KillAsync();
            var refused = await chaos.TryPushAsync("late", "binary", "-b", "binary_buildpack");
            refused.ExitCode.ShouldBe(1, refused.Output);
            await Bed.Bits.StartAgainAsync();
        });
        (await chaos.TryPushAsync("late", "binary", "-b", "binary_buildpack")).Succeeded();
        (await chaos.Cf.RunAsync("delete", "late", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Partition_CellFromEverybody_RunsEachInstanceOnceAfterwards()
    {
        var cell = Bed["cell-1"];
        await SurviveAsync("a DEA's host cut off for 15 s, and healed", Traffic.Users, async () =>
        {
            foreach (var other in Bed.Hosts.Where(host => host != cell)) await Bed.PartAsync(cell, other);
            await Task.Delay(TimeSpan.FromSeconds(15));
            await Bed.HealAsync();
        });
    }

    /// <summary>Does harm while users go on, and waits until all is well.</summary>
    /// <param name="lost">Requests that may fail: those that are under way on what dies.</param>
    private async Task SurviveAsync(string what, int lost, Func<Task> harm, bool members = true)
    {
        await using var traffic = Traffic.Start(Bed, chaos.Apps);
        await Task.Delay(TimeSpan.FromSeconds(1));
        var watch = Stopwatch.StartNew();
        await harm();
        var harmed = watch.Elapsed;
        await chaos.WholeAsync(Bound, members);
        var report = await traffic.StopAsync();
        output.WriteLine(FormattableString.Invariant(
            $"{what}: whole after {watch.Elapsed.TotalSeconds:0.0} s ({harmed.TotalSeconds:0.0} s of it the harm itself); {report.Requests} requests, {report.Failures.Count} failed, slowest {report.Slowest.TotalSeconds:0.00} s"));
        report.Strangers.ShouldBeEmpty();
        report.Failures.Count.ShouldBeLessThanOrEqualTo(lost, string.Join('\n', report.Failures));
    }
}
