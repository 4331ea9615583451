using System.Text;

namespace Tatara.CloudController.Packages;

/// <summary>The path of a file in an app, hostile until it went through <see cref="Parse"/>.</summary>
internal static class EntryPath
{
    /// <summary>The path without a leading "./" or a trailing slash; "" for the root itself.</summary>
    /// <exception cref="PackageInvalidException">It leads out of the app, or no file can be called that.</exception>
    public static string Parse(string raw, PackageLimits limits)
    {
        if (Encoding.UTF8.GetByteCount(raw) > limits.MaxPathBytes) throw Bad(raw, $"is longer than {limits.MaxPathBytes} bytes");
        if (raw.Any(char.IsControl)) throw Bad(raw, "has a control character in its name");
        if (raw.Contains('\\', StringComparison.Ordinal)) throw Bad(raw, "has a backslash in its name");
        if (raw.StartsWith('/')) throw Bad(raw, "is absolute");
        var parts = raw.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToArray();
        foreach (var part in parts)
        {
            if (part == "..") throw Bad(raw, "climbs with '..'");
            if (Encoding.UTF8.GetByteCount(part) > limits.MaxNameBytes) throw Bad(raw, $"has a name longer than {limits.MaxNameBytes} bytes");
        }
        return string.Join('/', parts);
    }

    private static PackageInvalidException Bad(string path, string why) => new($"The entry '{Show(path)}' {why}.");

    /// <summary>Short, and harmless in a terminal.</summary>
    public static string Show(string path)
    {
        var shown = path.Length <= 100 ? path : path[..97] + "…";
        return string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c));
    }
}
