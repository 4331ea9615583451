using System.Text;

namespace Tatara.Cli.Terminal;

/// <summary>How many columns a text takes on a terminal.</summary>
internal static class TextWidth
{
    public static int Of(string text)
    {
        var width = 0;
        var index = 0;
        while (index < text.Length)
        {
            if (text[index] == '\e' && index + 1 < text.Length && text[index + 1] == '[')
            {
                index += 2;
                while (index < text.Length && !char.IsAsciiLetter(text[index])) index++;
                index++;
                continue;
            }

            Rune.DecodeFromUtf16(text.AsSpan(index), out var rune, out var consumed);
            index += consumed;
            width += OfRune(rune);
        }

        return width;
    }

    public static string PadRight(string text, int width) => text + new string(' ', Math.Max(0, width - Of(text)));

    private static int OfRune(Rune rune)
    {
        var value = rune.Value;
        if (value < 0x20 || value is >= 0x7f and < 0xa0) return 0;
        if (value is >= 0x300 and <= 0x36f or 0x200b or >= 0xfe00 and <= 0xfe0f) return 0;
        return IsWide(value) ? 2 : 1;
    }

    private static bool IsWide(int value) => value is
        >= 0x1100 and <= 0x115f or >= 0x2e80 and <= 0x303e or >= 0x3041 and <= 0x33ff or >= 0x3400 and <= 0x4dbf
        or >= 0x4e00 and <= 0x9fff or >= 0xa000 and <= 0xa4cf or >= 0xac00 and <= 0xd7a3 or >= 0xf900 and <= 0xfaff
        or >= 0xfe30 and <= 0xfe6f or >= 0xff00 and <= 0xff60 or >= 0xffe0 and <= 0xffe6
        or >= 0x1f300 and <= 0x1faff or >= 0x20000 and <= 0x3fffd;
}
