namespace Tatara.HealthManager;

/// <summary>Wall-clock time that never jumps: it is read once, and what follows is counted by the monotonic clock.</summary>
internal sealed class SteadyClock(TimeProvider time)
{
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private readonly long _startStamp = time.GetTimestamp();

    public DateTimeOffset Now => _start + time.GetElapsedTime(_startStamp);
}
