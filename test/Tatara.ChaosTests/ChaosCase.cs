using System.Diagnostics;
using Tatara.Testing.Beds;
using Xunit.Abstractions;

namespace Tatara.ChaosTests;

/// <summary>
/// What may fail, fails while users go on. Afterwards every desired instance runs exactly once, no request reached another app, and none
/// failed but those that were under way on what died.
/// </summary>
public abstract class ChaosCase(ChaosBed chaos, ITestOutputHelper output)
{
    /// <summary>Long enough on a busy machine; how long it takes on a quiet one is in docs/reliability.md.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    protected ChaosBed Chaos => chaos;

    protected ITestOutputHelper Output => output;

    protected Bed Bed => chaos.Bed;

    /// <summary>Does harm while users go on, and waits until all is well.</summary>
    /// <param name="lost">Requests that may fail: those that are under way on what dies.</param>
    protected async Task SurviveAsync(string what, int lost, Func<Task> harm, bool members = true)
    {
        await using var traffic = Traffic.Start(Bed, chaos.Apps);
        await Task.Delay(TimeSpan.FromSeconds(1));
        var watch = Stopwatch.StartNew();
        await harm();
        var harmed = watch.Elapsed;
        await chaos.WholeAsync(Bound, members);
        var report = await traffic.StopAsync();
        Output.WriteLine(FormattableString.Invariant(
            $"{what}: whole after {watch.Elapsed.TotalSeconds:0.0} s ({harmed.TotalSeconds:0.0} s of it the harm itself); {report.Requests} requests, {report.Failures.Count} failed, slowest {report.Slowest.TotalSeconds:0.00} s"));
        report.Strangers.ShouldBeEmpty();
        report.Failures.Count.ShouldBeLessThanOrEqualTo(lost, string.Join('\n', report.Failures));
    }
}
