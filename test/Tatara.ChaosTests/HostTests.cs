using Tatara.Testing;
using Xunit.Abstractions;

namespace Tatara.ChaosTests;

/// <summary>A host that is there and not well: its disk is full, or it is slow.</summary>
[Collection(nameof(OnChaosBed))]
public sealed class HostTests(ChaosBed chaos, ITestOutputHelper output) : ChaosCase(chaos, output)
{
    /// <summary>Of one processor.</summary>
    private const double Little = 0.05;

    [Fact]
    public async Task DiskOfACellIsFull_AppsRunOnAndOthersAreStartedElsewhere()
    {
        await SurviveAsync("the disk of a DEA's host is full", 1, async () =>
        {
            await Bed["cell-3"].FillDiskAsync();
            Chaos.Crash("binary");
            (await Chaos.TryPushAsync("elsewhere", "binary", "-b", "binary_buildpack", "-i", "3")).Succeeded();
            (await Chaos.Cf.RunAsync("app", "elsewhere")).Succeeded().ShouldContain("3/3");
            Bed["cell-3"].MakeRoom();
        });
        await Chaos.DeleteAsync("elsewhere");
    }

    [Fact]
    public async Task DiskOfAControlHostIsFull_AppsRunOnAndAPushIsDoneOrSaysWhy()
    {
        await SurviveAsync("the disk of a Cloud Controller's host is full", 1, async () =>
        {
            await Bed["control-2"].FillDiskAsync();
            Chaos.Crash("binary");
            var pushes = new List<CfResult>();
            for (var turn = 0; turn < 3; turn++) pushes.Add(await Chaos.TryPushAsync("perhaps", "binary", "-b", "binary_buildpack"));
            Bed["control-2"].MakeRoom();
            foreach (var refused in pushes.Where(push => push.ExitCode != 0)) refused.Output.ShouldContain("There is no space left on");
        });
        (await Chaos.TryPushAsync("perhaps", "binary", "-b", "binary_buildpack")).Succeeded();
        await Chaos.DeleteAsync("perhaps");
    }

    /// <summary>Its instances are slow as well; they answer.</summary>
    [Theory]
    [InlineData("cell-2"), InlineData("control-1"), InlineData("control-2")]
    public Task Slow_NoRequestFails(string host) => SurviveAsync($"{host} with a twentieth of a processor for {Slowly.TotalSeconds:0} s", 0, async () =>
    {
        await Bed[host].SlowDownAsync(Little);
        await Task.Delay(Slowly);
        Bed[host].HurryAgain();
    });

    private static TimeSpan Slowly => TimeSpan.FromSeconds(20);
}
