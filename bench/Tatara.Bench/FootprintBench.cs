using System.Diagnostics;
using Tatara.Testing;

namespace Tatara.Bench;

/// <summary>How long a second start takes until everything answers, and the memory of all of it when idle.</summary>
internal static class FootprintBench
{
    private const int Rounds = 5;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(Report report)
    {
        await using var platform = await Platform.StartAsync("bench", 9);
        var ready = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            await platform.StopAsync();
            var watch = Stopwatch.StartNew();
            await platform.StartAgainAsync();
            ready.Add(watch.Elapsed.TotalSeconds);
        }
        report.Add("ready_s", ready);
        await Task.Delay(Idle);
        report.Add("idle_rss_mb", [platform.ProcessIds().Sum(pid => Proc.Megabytes(Proc.Read(pid, "status"), "VmRSS:"))]);
    }
}
