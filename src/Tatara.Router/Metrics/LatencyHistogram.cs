namespace Tatara.Router.Metrics;

/// <summary>How long requests took, in buckets as Prometheus has them.</summary>
internal sealed class LatencyHistogram
{
    /// <summary>Upper bounds in seconds: from what the router alone costs to the longest an app may be silent.</summary>
    public static readonly double[] Bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private static readonly long[] s_ticks = Array.ConvertAll(Bounds, b => (long)(b * TimeSpan.TicksPerSecond));

    /// <summary>The buckets, what is above all of them, and the sum.</summary>
    private readonly StripedCounters _counters = new(Bounds.Length + 2);

    public double SumSeconds => _counters.Read(Bounds.Length + 1) / (double)TimeSpan.TicksPerSecond;

    public void Count(TimeSpan duration)
    {
        var bucket = 0;
        while (bucket < s_ticks.Length && duration.Ticks > s_ticks[bucket]) bucket++;
        _counters.Add(bucket, 1);
        _counters.Add(Bounds.Length + 1, duration.Ticks);
    }

    /// <summary>How many took no longer than each bound, and how many there were.</summary>
    public IEnumerable<long> Cumulated()
    {
        long sum = 0;
        for (var i = 0; i <= Bounds.Length; i++) yield return sum += _counters.Read(i);
    }
}
