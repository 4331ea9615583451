using Tatara.Protocol;
using Tatara.Status;

namespace Tatara.Dea.Status;

/// <summary>What happened here since the DEA was started.</summary>
internal sealed class DeaCounters
{
    private long _crashes;
    private long _otherEnds;

    /// <summary>From a start message to a healthy instance: with the droplet here it takes a moment, with a slow app minutes.</summary>
    public DurationHistogram Starts { get; } = new(0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 180);

    public long Crashes => Interlocked.Read(ref _crashes);

    public long OtherEnds => Interlocked.Read(ref _otherEnds);

    public void Ended(string reason) => Interlocked.Increment(ref reason == ExitReasons.Crashed ? ref _crashes : ref _otherEnds);
}
