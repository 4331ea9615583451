namespace Tatara.Cli.Terminal;

/// <summary>Lays rows out in columns. Pure: text in, lines out.</summary>
internal static class Tables
{
    public const int DefaultGap = 3;

    public static IEnumerable<string> Lines(IReadOnlyList<string[]> rows, string prefix = "", int gap = DefaultGap)
    {
        if (rows.Count == 0) yield break;
        var widths = Widths(rows);
        foreach (var row in rows)
        {
            var line = prefix;
            for (var column = 0; column < row.Length; column++)
                line += column == row.Length - 1 ? row[column] : TextWidth.PadRight(row[column], widths[column] + gap);
            yield return line;
        }
    }

    /// <summary>Key and value rows; the value wraps at words when the line would be wider than the terminal.</summary>
    public static IEnumerable<string> KeyValueLines(IReadOnlyList<(string Key, string Value)> rows, int? terminalWidth)
    {
        var keyWidth = rows.Max(row => TextWidth.Of(row.Key)) + DefaultGap;
        var valueWidth = (terminalWidth ?? int.MaxValue) - keyWidth;
        foreach (var (key, value) in rows)
        {
            var lead = TextWidth.PadRight(key, keyWidth);
            foreach (var line in Wrap(value, valueWidth))
            {
                yield return lead + line;
                lead = new string(' ', keyWidth);
            }
        }
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        var lineWidth = 0;
        foreach (var word in text.Split(' '))
        {
            var wordWidth = TextWidth.Of(word);
            if (lineWidth > 0 && lineWidth + 1 + wordWidth > width)
            {
                yield return line;
                (line, lineWidth) = (word, wordWidth);
            }
            else
            {
                line = lineWidth == 0 ? word : $"{line} {word}";
                lineWidth += lineWidth == 0 ? wordWidth : wordWidth + 1;
            }
        }

        yield return line;
    }

    private static int[] Widths(IReadOnlyList<string[]> rows)
    {
        var widths = new int[rows.Max(row => row.Length)];
        foreach (var row in rows)
            for (var column = 0; column < row.Length; column++)
                widths[column] = Math.Max(widths[column], TextWidth.Of(row[column]));
        return widths;
    }
}
