namespace Tatara.Dea.Logs;

/// <summary>
/// Lets through so many bytes a second. From the first line that is too much, the rest of that second is dropped: a log with one gap
/// is easier to read than one with many. Seconds are those of the lines, so that the same log always gives the same lines, however
/// late or often it is read.
/// </summary>
/// <param name="bytesPerSecond">None or negative: no limit; 0: nothing is let through.</param>
/// <param name="second">Where an earlier limit over the same log stood.</param>
internal sealed class LogRateLimit(long? bytesPerSecond, LoggedSecond second)
{
    private const long Nanoseconds = 1_000_000_000;

    /// <summary>Where it stands.</summary>
    public LoggedSecond Second { get; private set; } = second;

    /// <summary>Lines dropped since they were last told of.</summary>
    public long Dropped { get; private set; }

    public bool Admits(ContainerLogLine line)
    {
        if (bytesPerSecond is not { } most || most < 0) return true;
        var number = line.Timestamp / Nanoseconds;
        if (number != Second.Number) Second = new LoggedSecond(number, 0);
        var bytes = Second.Bytes + line.Text.Length;
        var admitted = bytes <= most;
        Second = Second with { Bytes = admitted ? bytes : most };
        if (!admitted) Dropped++;
        return admitted;
    }

    /// <summary>What the app's owner is told of the lines dropped, in Cloud Foundry's words; null when there is nothing to tell: whoever allows none knows.</summary>
    /// <param name="who">Wrote too much.</param>
    public string? TakeNotice(string who = "app instance")
    {
        var dropped = Dropped;
        Dropped = 0;
        return dropped == 0 || bytesPerSecond == 0 ? null
            : $"{who} exceeded log rate limit ({bytesPerSecond} bytes/sec): {dropped} {(dropped == 1 ? "line" : "lines")} dropped";
    }
}

/// <summary>Bytes of log in one second.</summary>
/// <param name="Number">Since 1970.</param>
internal readonly record struct LoggedSecond(long Number, long Bytes);
