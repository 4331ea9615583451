using System.Diagnostics;

namespace Tatara.Status;

/// <summary>What the process of a role uses, with every role in it.</summary>
internal sealed class ProcessLoad
{
    /// <summary>Asked again sooner, it says what it said: a share of a moment means nothing.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _asked;
    private TimeSpan _used;
    private double _percent;

    public ProcessLoad()
    {
        using var process = Process.GetCurrentProcess();
        (_asked, _used) = (_started, process.TotalProcessorTime);
    }

    public TimeSpan Uptime => Stopwatch.GetElapsedTime(_started);

    /// <summary>Processor time in all, in percent of one processor since it was asked before, and memory.</summary>
    public (TimeSpan Used, double Percent, long MemoryBytes) Read()
    {
        using var process = Process.GetCurrentProcess();
        var used = process.TotalProcessorTime;
        lock (_lock)
        {
            var elapsed = Stopwatch.GetElapsedTime(_asked);
            if (elapsed >= Least)
            {
                _percent = Math.Round((used - _used) / elapsed * 100, 1);
                (_asked, _used) = (Stopwatch.GetTimestamp(), used);
            }
            return (used, _percent, process.WorkingSet64);
        }
    }
}
