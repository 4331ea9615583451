using System.Diagnostics;
using Tatara.Router.Tests.Http1;

namespace Tatara.Bench;

/// <summary>
/// Millions of damaged heads and chunked bodies through the router's parsers: none may throw, and whatever is accepted
/// must be read the same however it is cut into pieces.
/// </summary>
internal static class FuzzBench
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);

    public static Task RunAsync(Report report)
    {
        var watch = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(i => Task.Factory.StartNew(() => Run(i, watch), TaskCreationOptions.LongRunning)).ToArray();
        Task.WaitAll(threads);
        report.Add("inputs", [threads.Sum(t => t.Result.Inputs)]);
        report.Add("accepted", [threads.Sum(t => t.Result.Accepted)]);
        return Task.CompletedTask;
    }

    private static (double Inputs, double Accepted) Run(int seed, Stopwatch watch)
    {
        var fuzzer = new ParserFuzzer(Environment.TickCount + seed);
        while (watch.Elapsed < Duration) fuzzer.Run(1000);
        return (fuzzer.Inputs, fuzzer.Accepted);
    }
}
