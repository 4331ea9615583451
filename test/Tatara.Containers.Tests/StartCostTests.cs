using System.Diagnostics;
using Tatara.Containers.Linux;
using Tatara.Containers.Processes;
using Xunit.Abstractions;

namespace Tatara.Containers.Tests;

/// <summary>What a whole creation costs over the bare runtime: network, disk, overlay, monitor and record.</summary>
public sealed class StartCostTests(TestRuntime machine, ITestOutputHelper output) : IClassFixture<TestRuntime>
{
    private const int Rounds = 15;

    // On a quiet machine the difference is well below the goal of 100 ms; a busy one must not fail the build.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Create_OverBareRuncRun_CostsLittle()
    {
        var kept = await machine.BashAsync("sleep 1000");
        var bundle = new ContainerPaths(machine.Options, kept.Handle).Bundle;
        await kept.StopAsync(TimeSpan.Zero, default);
        await machine.Runtime.Runc.DeleteAsync(kept.Handle, default);
        var commands = new CommandRunner(TimeSpan.FromSeconds(10));
        // The same bundle, to the end of a program that does nothing.
        var config = Path.Combine(bundle, "config.json");
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config)).Replace("sleep 1000", "true"));

        var bare = new List<TimeSpan>();
        var whole = new List<TimeSpan>();
        var removal = new List<TimeSpan>();
        for (var i = 0; i < Rounds; i++)
        {
            bare.Add(await TimeAsync(() => commands.RunAsync(["runc", "--root", "/run/tatara-test/bare", "run", "--bundle", bundle, $"bare-{i}"], null, default)));
            IContainer container = null!;
            whole.Add(await TimeAsync(async () =>
            {
                container = await machine.BashAsync("true");
                await container.WaitAsync(default);
            }));
            removal.Add(await TimeAsync(() => container.DestroyAsync(default)));
        }
        await kept.DestroyAsync(default);
        Directory.Delete("/run/tatara-test/bare", recursive: true);

        output.WriteLine($"runc run {Median(bare).TotalMilliseconds:0} ms; create to exit {Median(whole).TotalMilliseconds:0} ms; destroy {Median(removal).TotalMilliseconds:0} ms");
        (Median(whole) - Median(bare)).ShouldBeLessThan(Bound);
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task> action)
    {
        var watch = Stopwatch.StartNew();
        await action();
        return watch.Elapsed;
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);
}
