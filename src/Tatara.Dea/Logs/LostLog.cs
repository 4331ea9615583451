namespace Tatara.Dea.Logs;

/// <summary>What is said of log that was gone before it could be read: it had grown beyond its bound while nobody took it.</summary>
internal static class LostLog
{
    private const double Megabyte = 1024 * 1024;

    public static string Notice(long bytes) =>
        FormattableString.Invariant($"at least {bytes / Megabyte:0.0} MB of this log are lost: they were written faster than they could be delivered");
}
