using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tatara.Protocol;

/// <summary>The ports of a router group, written as Cloud Foundry's routing API does: "1024-1123,2000".</summary>
public sealed class PortRanges
{
    /// <summary>More are a mistake.</summary>
    private const int MaxRanges = 64;

    private readonly (int First, int Last)[] _ranges;

    private PortRanges((int First, int Last)[] ranges) => _ranges = ranges;

    /// <summary>No port at all.</summary>
    public static PortRanges None { get; } = new([]);

    /// <summary>Every port once, in order.</summary>
    public IEnumerable<int> All => _ranges.SelectMany(r => Enumerable.Range(r.First, r.Last - r.First + 1)).Distinct().Order();

    /// <summary>Reads the text; ports below 1024 are the system's.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PortRanges? ranges)
    {
        ranges = null;
        var parts = text.Split(',');
        if (parts.Length > MaxRanges) return false;
        var read = new (int First, int Last)[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var ends = parts[i].Trim().Split('-');
            if (ends.Length > 2 || !IsPort(ends[0], out var first) || !IsPort(ends[^1], out var last) || first > last) return false;
            read[i] = (first, last);
        }
        ranges = new PortRanges(read);
        return true;
    }

    /// <summary>Whether the port is one of them.</summary>
    public bool Contains(int port) => Array.Exists(_ranges, r => r.First <= port && port <= r.Last);

    /// <inheritdoc />
    public override string ToString() => string.Join(',', _ranges.Select(r => r.First == r.Last
        ? string.Create(CultureInfo.InvariantCulture, $"{r.First}")
        : string.Create(CultureInfo.InvariantCulture, $"{r.First}-{r.Last}")));

    private static bool IsPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1024 and <= 65_535;
}
