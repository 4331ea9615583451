namespace Tatara.Router.Metrics;

/// <summary>Counters that many threads add to without waiting for each other: each processor has its own, and readers add them up.</summary>
internal sealed class StripedCounters
{
    /// <summary>Longs in a cache line: two processors never write to the same one.</summary>
    private const int Line = 8;

    private static readonly int s_stripes = Environment.ProcessorCount;

    private readonly int _width;
    private readonly long[] _values;

    public StripedCounters(int count)
    {
        _width = (count + Line - 1) / Line * Line;
        _values = new long[(s_stripes * _width) + Line];
    }

    /// <summary>No lock, nothing allocated.</summary>
    public void Add(int counter, long value) =>
        Interlocked.Add(ref _values[((int)((uint)Thread.GetCurrentProcessorId() % (uint)s_stripes) * _width) + counter], value);

    public long Read(int counter)
    {
        long sum = 0;
        for (var i = 0; i < s_stripes; i++) sum += Interlocked.Read(ref _values[(i * _width) + counter]);
        return sum;
    }
}
