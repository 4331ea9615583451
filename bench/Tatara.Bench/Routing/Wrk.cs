using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Tatara.Bench.Routing;

/// <summary>What one run of wrk saw.</summary>
internal sealed record Load(double RequestsPerSecond, double Requests, double P50Microseconds, double P99Microseconds);

/// <summary>wrk as the load: one thread, so that it takes no more of the machine than the proxies do.</summary>
internal static partial class Wrk
{
    public static async Task<Load> RunAsync(Uri url, string host, int connections, TimeSpan duration, params string[] fields)
    {
        string[] headers = [.. fields.Prepend($"Host: {host}").SelectMany(f => new[] { "-H", f })];
        var seconds = duration.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("wrk", ["-t1", $"-c{connections}", $"-d{seconds}s", "--latency", "--timeout", "10s", .. headers, url.ToString()])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0 || output.Contains("Non-2xx", StringComparison.Ordinal) || Errors().IsMatch(output))
            throw new InvalidOperationException($"The load on {url} met errors: {output}");
        return new Load(Number(output, RatePattern()), Number(output, CountPattern()), Latency(output, "50%"), Latency(output, "99%"));
    }

    /// <summary>Reads "99%    1.81ms" in microseconds.</summary>
    private static double Latency(string output, string percentile)
    {
        var match = Regex.Match(output, $@"^\s+{percentile}\s+([\d.]+)(us|ms|s|m)\s*$", RegexOptions.Multiline);
        if (!match.Success) throw new InvalidOperationException($"wrk names no {percentile} latency: {output}");
        var unit = match.Groups[2].Value switch { "us" => 1, "ms" => 1_000, "s" => 1_000_000, _ => 60_000_000 };
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * unit;
    }

    private static double Number(string output, Regex pattern) => double.Parse(pattern.Match(output).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RatePattern();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex CountPattern();

    [GeneratedRegex(@"Socket errors: connect [1-9]|Socket errors: .*timeout [1-9]|Socket errors: .*write [1-9]")]
    private static partial Regex Errors();
}
