namespace Tatara.Cli.Upload;

/// <summary>Which files stay at home: .cfignore in .gitignore's syntax, then what is never uploaded.</summary>
internal sealed class IgnoreRules
{
    private static readonly string[] Always =
        [".cfignore", ".DS_Store", ".git", ".gitignore", ".hg", ".svn", "_darcs", "manifest.yaml", "manifest.yml"];

    private readonly List<IgnoreRule> rules;

    /// <param name="lines">Of the app's .cfignore.</param>
    /// <param name="more">Further patterns, such as trace files inside the app.</param>
    public IgnoreRules(IEnumerable<string> lines, IEnumerable<string> more)
    {
        rules = [.. lines.Concat(Always).Concat(more).Select(IgnoreRule.TryParse).OfType<IgnoreRule>()];
        CanPrune = !rules.Any(rule => rule.IsNegated);
    }

    /// <summary>Nothing under an ignored directory can be wanted again.</summary>
    public bool CanPrune { get; }

    /// <param name="path">Relative, with / between the parts.</param>
    public bool IsIgnored(string path, bool isDirectory)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var index = rules.Count - 1; index >= 0; index--)
            if (rules[index].Covers(parts, isDirectory)) return !rules[index].IsNegated;
        return false;
    }
}
