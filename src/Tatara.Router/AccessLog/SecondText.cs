using System.Globalization;
using System.Text;

namespace Tatara.Router.AccessLog;

/// <summary>A second as text, "2026-01-31T23:59:59": written once for all the lines of that second.</summary>
internal static class SecondText
{
    [ThreadStatic]
    private static long t_second;

    [ThreadStatic]
    private static byte[]? t_text;

    public static ReadOnlySpan<byte> Of(long second)
    {
        if (t_text is { } text && t_second == second) return text;
        t_second = second;
        return t_text = Encoding.ASCII.GetBytes(new DateTime(second * TimeSpan.TicksPerSecond, DateTimeKind.Utc).ToString("s", CultureInfo.InvariantCulture));
    }
}
