using System.Globalization;

namespace Tatara.Cli.Terminal;

/// <summary>Sizes as users write and read them: 256M, 1G, 1.5K.</summary>
internal static class ByteSize
{
    private const string Mistake = "Byte quantity must be an integer with a unit of measurement like M, MB, G, or GB";

    public static string Format(long bytes)
    {
        if (bytes == 0) return "0B";
        string[] units = ["B", "K", "M", "G", "T", "P", "E"];
        var unit = 0;
        double value = bytes;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return value.ToString("0.#", CultureInfo.InvariantCulture) + units[unit];
    }

    /// <exception cref="UsageException">It is not a whole number with M, G or T.</exception>
    public static int ParseMegabytes(string text)
    {
        var number = text.AsSpan().TrimEnd("bBiI").ToString();
        var factor = number.Length == 0 ? 0 : char.ToUpperInvariant(number[^1]) switch { 'M' => 1L, 'G' => 1024L, 'T' => 1024L * 1024, _ => 0L };
        if (factor == 0 || !long.TryParse(number.AsSpan(0, number.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count == 0 || count > int.MaxValue / factor)
        {
            throw new UsageException(Mistake);
        }

        return (int)(count * factor);
    }
}
