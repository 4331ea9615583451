using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Tatara.ChaosTests;

/// <summary>An app whose instances each say numbered lines when they begin, so that a line that is missing, doubled or out of order is seen.</summary>
internal sealed partial class NumberedLines(ChaosBed chaos, string app)
{
    private const int Instances = 3, LinesOfEach = 100;

    private static readonly TimeSpan s_arrival = TimeSpan.FromSeconds(60);

    public async Task PushAsync()
    {
        var command = $"i=0; while [ $i -lt {LinesOfEach} ]; do i=$((i + 1)); echo line $i; done; exec ./server";
        (await chaos.TryPushAsync(app, "binary", "-b", "binary_buildpack", "-i", $"{Instances}", "-c", command)).Succeeded();
    }

    /// <summary>All of them are in the log, once, in order.</summary>
    /// <returns>The times of the lines that DEAs said of the instances.</returns>
    public async Task<IReadOnlyCollection<DateTimeOffset>> ReadAsync()
    {
        string log;
        Match[] lines;
        var waited = Stopwatch.StartNew();
        do
        {
            log = (await chaos.Cf.RunAsync("logs", app, "--recent")).Succeeded();
            lines = [.. Line().Matches(log).Cast<Match>()];
        }
        while (lines.Length < Instances * LinesOfEach && waited.Elapsed < s_arrival);
        var said = lines.ToLookup(line => int.Parse(line.Groups["instance"].Value, CultureInfo.InvariantCulture), line => int.Parse(line.Groups["number"].Value, CultureInfo.InvariantCulture));
        for (var instance = 0; instance < Instances; instance++) said[instance].ShouldBe(Enumerable.Range(1, LinesOfEach), ignoreOrder: false, log);
        return [.. OfDea().Matches(log).Select(line => DateTimeOffset.Parse(line.Groups["time"].Value, CultureInfo.InvariantCulture))];
    }

    public Task DeleteAsync() => chaos.DeleteAsync(app);

    [GeneratedRegex(@"^\s*(?<time>\S+) \[CELL/", RegexOptions.Multiline)]
    private static partial Regex OfDea();

    [GeneratedRegex(@"^\s*\S+ \[APP/PROC/WEB/(?<instance>\d+)\] OUT line (?<number>\d+)\s*$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
