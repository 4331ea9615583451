using System.Globalization;

namespace Tatara.Cli.Terminal;

internal static class Times
{
    /// <summary>Mon 02 Jan 15:04:05 UTC 2006, in the user's time zone.</summary>
    public static string Friendly(DateTimeOffset time, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone);
        return local.ToString("ddd dd MMM HH:mm:ss ", CultureInfo.InvariantCulture) + ZoneName(local, zone)
            + local.ToString(" yyyy", CultureInfo.InvariantCulture);
    }

    /// <summary>2006-01-02T15:04:05.00-0700, as log lines and events carry it.</summary>
    public static string Log(DateTimeOffset time, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone);
        return local.ToString("yyyy-MM-dd'T'HH:mm:ss.ff", CultureInfo.InvariantCulture) + Offset(local.Offset);
    }

    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string ZoneName(DateTimeOffset local, TimeZoneInfo zone)
    {
        if (local.Offset == TimeSpan.Zero) return "UTC";
        var name = zone.IsDaylightSavingTime(local) ? zone.DaylightName : zone.StandardName;
        return name.Length is > 0 and <= 5 && !name.Contains(' ', StringComparison.Ordinal) ? name : Offset(local.Offset);
    }

    private static string Offset(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString("hhmm", CultureInfo.InvariantCulture);
}
