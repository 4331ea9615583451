namespace Tatara.Protocol;

/// <summary>The times of log lines, as Loggregator counts them.</summary>
public static class UnixNanoseconds
{
    /// <summary>Nanoseconds since the beginning of 1970, in steps of 100.</summary>
    public static long ToUnixNanoseconds(this DateTimeOffset moment) => (moment - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
