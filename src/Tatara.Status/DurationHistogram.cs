namespace Tatara.Status;

/// <summary>How long something took, in buckets as Prometheus has them. For what happens thousands of times a second at most.</summary>
/// <param name="bounds">Upper bounds in seconds, ascending.</param>
public sealed class DurationHistogram(params double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private long _ticks;

    /// <summary>Upper bounds in seconds.</summary>
    public IReadOnlyList<double> Bounds => bounds;

    /// <summary>All of them together.</summary>
    public double SumSeconds => Interlocked.Read(ref _ticks) / (double)TimeSpan.TicksPerSecond;

    /// <summary>One more.</summary>
    public void Count(TimeSpan duration)
    {
        var bucket = 0;
        while (bucket < bounds.Length && duration.TotalSeconds > bounds[bucket]) bucket++;
        Interlocked.Increment(ref _counts[bucket]);
        Interlocked.Add(ref _ticks, duration.Ticks);
    }

    /// <summary>How many took no longer than each bound, and how many there were.</summary>
    public IEnumerable<long> Cumulated()
    {
        long sum = 0;
        for (var i = 0; i < _counts.Length; i++) yield return sum += Interlocked.Read(ref _counts[i]);
    }
}
