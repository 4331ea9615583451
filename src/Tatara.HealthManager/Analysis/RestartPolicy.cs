namespace Tatara.HealthManager.Analysis;

/// <summary>How long a crashed instance waits: three restarts at once, then 30 s, doubling to 16 minutes.</summary>
internal static class RestartPolicy
{
    private const int ImmediateRestarts = 3;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(16);

    /// <summary>A crash after this long is the first one again.</summary>
    public static readonly TimeSpan HealthyTime = TimeSpan.FromMinutes(5);

    /// <summary>Whether it crashes so often that restarting it at once does not help.</summary>
    public static bool IsFlapping(int crashes) => crashes > ImmediateRestarts;

    public static TimeSpan WaitAfter(int crashes)
    {
        if (!IsFlapping(crashes)) return TimeSpan.Zero;
        var doublings = Math.Min(crashes - ImmediateRestarts - 1, 16);
        var wait = FirstWait * (1 << doublings);
        return wait < LongestWait ? wait : LongestWait;
    }
}
