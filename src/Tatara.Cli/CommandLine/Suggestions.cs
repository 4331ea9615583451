namespace Tatara.Cli.CommandLine;

/// <summary>Names that a mistyped one may have meant.</summary>
internal static class Suggestions
{
    private const int MaxDistance = 2;

    public static IReadOnlyList<string> For(string word, IEnumerable<string> names) =>
        [.. names.Select(name => (name, distance: Distance(word, name)))
            .Where(near => near.distance <= MaxDistance && near.distance < near.name.Length)
            .OrderBy(near => near.distance)
            .ThenBy(near => near.name, StringComparer.Ordinal)
            .Select(near => near.name)];

    /// <summary>Levenshtein's: how many letters to add, drop or change.</summary>
    public static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
