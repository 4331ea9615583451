using System.Globalization;
using System.Text.RegularExpressions;

namespace Tatara.CloudController.Manifests;

/// <summary>Sizes as people write them: 256M, 1.5GB.</summary>
internal static partial class ByteSize
{
    private static readonly char[] s_units = ['B', 'K', 'M', 'G', 'T'];

    /// <summary>The size in bytes, or what is wrong with it.</summary>
    public static (long? Bytes, string? Problem) Parse(string text)
    {
        var match = Pattern().Match(text.Trim());
        if (!match.Success) return (null, "is not a number");
        var unit = match.Groups["unit"].Value.ToUpperInvariant().Replace("I", "", StringComparison.Ordinal);
        var power = unit.Length == 0 || (unit.Length == 2 && unit[1] != 'B') || unit.Length > 2 ? -1 : Array.IndexOf(s_units, unit[0]);
        if (power < 0) return (null, "must use a supported unit: B, K, KB, M, MB, G, GB, T, or TB");
        if (!double.TryParse(match.Groups["number"].Value, CultureInfo.InvariantCulture, out var number)) return (null, "is not a number");
        var bytes = number * Math.Pow(1024, power);
        return bytes is > -1e18 and < 1e18 ? ((long)bytes, null) : (null, "is too large");
    }

    /// <summary>The largest unit that fits without a rest: 1048576 is 1M.</summary>
    public static string Format(long bytes)
    {
        if (bytes <= 0) return bytes.ToString(CultureInfo.InvariantCulture);
        var power = 0;
        while (power < s_units.Length - 1 && bytes % 1024 == 0)
        {
            bytes /= 1024;
            power++;
        }
        return $"{bytes}{s_units[power]}";
    }

    [GeneratedRegex(@"^(?<number>-?\d+(\.\d+)?)\s*(?<unit>[A-Za-z]*)$")]
    private static partial Regex Pattern();
}
