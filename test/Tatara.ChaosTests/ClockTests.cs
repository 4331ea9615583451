using Xunit.Abstractions;

namespace Tatara.ChaosTests;

/// <summary>
/// Hosts whose clocks are up to a minute apart: tokens and signed URLs are taken, log lines are all there, in order and at their time, crashed
/// instances are started once, a DEA that is lost is missed, and no row that was acknowledged is lost.
/// </summary>
[Collection(nameof(OnChaosBed))]
public sealed class ClockTests(ChaosBed chaos, ITestOutputHelper output) : ChaosCase(chaos, output)
{
    private static readonly TimeSpan s_wrong = TimeSpan.FromSeconds(30);

    /// <summary>log-cache leaves 5 s as they are, and a batch may be some seconds on its way on a busy machine.</summary>
    private static readonly TimeSpan s_tolerance = s_wrong / 2;

    [Theory]
    [InlineData("cell-1", "cell-2")]
    [InlineData("control-1", "edge-1")]
    [InlineData("control-2", "control-1")]
    public async Task Disagree_AllGoesOn(string ahead, string behind)
    {
        var (name, logCache) = ($"clocks-{ahead}-{behind}", Bed.With("log-cache").Single().Name);
        try
        {
            await SurviveAsync($"the clock of {ahead} {s_wrong.TotalSeconds} s ahead, that of {behind} as much behind, their roles killed", Traffic.Users, async () =>
            {
                await Bed[ahead].SetClockAsync(s_wrong);
                await Bed[behind].SetClockAsync(-s_wrong);
            });
            await using var writer = await Writer.StartAsync(Chaos, name);
            await SurviveAsync("the same: instances crash, an app is pushed and its log read", 2, async () =>
            {
                Chaos.Crash("binary");
                Chaos.Crash("page");
                await PushAndReadLogAsync(name, behind: logCache == ahead ? -s_wrong : logCache == behind ? s_wrong : TimeSpan.Zero);
            });
            try
            {
                await SurviveAsync("the same: a DEA's host without power", Traffic.Users, () => Bed["cell-3"].PowerOffAsync(), members: false);
            }
            finally
            {
                await Bed["cell-3"].PowerOnAsync();
            }
            await writer.NothingIsLostAsync();
        }
        finally
        {
            foreach (var host in (string[])[ahead, behind]) await Bed[host].SetClockAsync(TimeSpan.Zero);
        }
        await SurviveAsync("all clocks right again", 0, () => Task.CompletedTask);
    }

    /// <summary>By log-cache's clock, what DEAs say has times between the push's begin and its end.</summary>
    /// <param name="behind">By how much log-cache's clock is.</param>
    private async Task PushAndReadLogAsync(string name, TimeSpan behind)
    {
        var app = new NumberedLines(Chaos, name);
        var begin = DateTimeOffset.UtcNow;
        await app.PushAsync();
        var end = DateTimeOffset.UtcNow;
        var times = await app.ReadAsync();
        times.ShouldNotBeEmpty();
        foreach (var time in times) (time + behind).ShouldBeInRange(begin - s_tolerance, end + s_tolerance);
        await app.DeleteAsync();
    }
}
