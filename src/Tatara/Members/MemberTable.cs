using System.Globalization;

namespace Tatara.Members;

/// <summary>Members as aligned lines.</summary>
internal static class MemberTable
{
    private static readonly string[] s_heads = ["role", "name", "zone", "version", "uptime", "cpu", "memory", "health"];

    public static IEnumerable<string> Lines(MemberReport report)
    {
        List<string[]> rows = [s_heads, .. report.Members.Select(Cells)];
        var widths = s_heads.Select((_, column) => rows.Max(r => r[column].Length)).ToArray();
        foreach (var row in rows) yield return string.Join("   ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
    }

    private static string[] Cells(MemberRow row) =>
    [
        row.Role, row.Name, row.Zone ?? "-", Short(row.Version), row.Uptime ?? "-",
        row.Cpu is { } cpu ? cpu.ToString("0.0", CultureInfo.InvariantCulture) + "%" : "-",
        row.MemoryBytes is { } bytes ? $"{bytes >> 20} MB" : "-",
        row.Problem ?? "ok",
    ];

    /// <summary>A version may name a commit of forty digits.</summary>
    private static string Short(string? version) =>
        version is null ? "-" : version.IndexOf('+', StringComparison.Ordinal) is var plus and >= 0 && version.Length > plus + 8 ? version[..(plus + 8)] : version;
}
