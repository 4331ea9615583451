namespace Tatara.Cli.Upload;

/// <summary>One line of an ignore file.</summary>
internal sealed class IgnoreRule
{
    private readonly string[] pattern;
    private readonly bool isAnchored;
    private readonly bool onlyDirectories;

    private IgnoreRule(string[] pattern, bool isAnchored, bool onlyDirectories, bool isNegated)
    {
        this.pattern = pattern;
        this.isAnchored = isAnchored;
        this.onlyDirectories = onlyDirectories;
        IsNegated = isNegated;
    }

    /// <summary>It takes back what earlier lines ignore.</summary>
    public bool IsNegated { get; }

    /// <returns>Null for a comment or an empty line.</returns>
    public static IgnoreRule? TryParse(string line)
    {
        line = TrimEnd(line);
        if (line.Length == 0 || line[0] == '#') return null;
        var isNegated = line[0] == '!';
        if (isNegated) line = line[1..];
        var onlyDirectories = line.EndsWith('/');
        line = line.TrimEnd('/');
        var isAnchored = line.Contains('/', StringComparison.Ordinal);
        var parts = line.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0 ? null : new IgnoreRule(parts, isAnchored, onlyDirectories, isNegated);
    }

    /// <summary>Whether it names the path or a directory the path is in.</summary>
    public bool Covers(ReadOnlySpan<string> path, bool isDirectory)
    {
        for (var length = 1; length <= path.Length; length++)
        {
            if (onlyDirectories && length == path.Length && !isDirectory) continue;
            var head = path[..length];
            if (isAnchored ? Matches(pattern, head) : Matches(pattern, head[^1..])) return true;
        }

        return false;
    }

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> path)
    {
        if (pattern.IsEmpty) return path.IsEmpty;
        if (pattern[0] == "**")
        {
            // At the end it means everything inside, elsewhere any number of directories.
            if (pattern.Length == 1) return !path.IsEmpty;
            for (var skip = 0; skip <= path.Length; skip++)
                if (Matches(pattern[1..], path[skip..])) return true;
            return false;
        }

        return !path.IsEmpty && Glob.Matches(pattern[0], path[0]) && Matches(pattern[1..], path[1..]);
    }

    /// <summary>Blanks at the end count only behind a backslash.</summary>
    private static string TrimEnd(string line)
    {
        line = line.TrimEnd('\r', '\n');
        var end = line.Length;
        while (end > 0 && line[end - 1] is ' ' or '\t' && (end < 2 || line[end - 2] != '\\')) end--;
        return line[..end];
    }
}
