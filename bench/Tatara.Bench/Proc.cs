using System.Globalization;

namespace Tatara.Bench;

/// <summary>What the kernel says under /proc.</summary>
internal static class Proc
{
    /// <summary>A process's file; null when the process has ended meanwhile.</summary>
    public static string? Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The megabytes in a line like "VmRSS:  123 kB"; 0 when there is no such line.</summary>
    public static double Megabytes(string? text, string field) =>
        text?.Split('\n').FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal)) is { } line
            ? double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024 : 0;
}
