using System.Globalization;
using Tatara.Cli.Api.Records;
using YamlDotNet.RepresentationModel;

namespace Tatara.Cli.Manifests;

/// <summary>A manifest with the marks of what applying it changes. Pure: manifest and differences in, lines out.</summary>
internal static class ManifestDiffLines
{
    public static IEnumerable<DiffLine> Of(Manifest manifest, ManifestDiff diff)
    {
        var differences = diff.Diff ?? [];
        IEnumerable<DiffLine> body = differences.Count == 0
            ? Split(DiffMark.Same, manifest.ToYaml(), depth: 0, hyphen: false)
            : new Walk(differences).Root(manifest.ToNode());
        return [new DiffLine(DiffMark.Same, "---"), .. body];
    }

    private static IEnumerable<DiffLine> Split(DiffMark mark, string text, int depth, bool hyphen)
    {
        foreach (var line in text.Split('\n'))
        {
            if (line.Length > 0) yield return new DiffLine(mark, Indent(depth, hyphen) + line);
            hyphen = false;
        }
    }

    private static string Indent(int depth, bool hyphen) => depth == 0 ? "" : new string(' ', 2 * (depth - 1)) + (hyphen ? "- " : "  ");

    private sealed class Walk(IReadOnlyList<ManifestDifference> differences)
    {
        /// <summary>By the path they change.</summary>
        private readonly Dictionary<string, ManifestDifference> changed =
            differences.Where(one => one.Op != "remove").GroupBy(one => one.Path).ToDictionary(group => group.Key, group => group.Last());

        /// <summary>By the path of what they are taken from, since they have no place in the manifest.</summary>
        private readonly ILookup<string, ManifestDifference> removed =
            differences.Where(one => one.Op == "remove").ToLookup(one => one.Path[..Math.Max(0, one.Path.LastIndexOf('/'))]);

        public IEnumerable<DiffLine> Root(YamlMappingNode root) =>
            root.Children.SelectMany(entry => Visit("/" + entry.Key, entry.Value, depth: 0, hyphen: false));

        private IEnumerable<DiffLine> Visit(string path, YamlNode value, int depth, bool hyphen)
        {
            var field = path[(path.LastIndexOf('/') + 1)..];
            if (changed.TryGetValue(path, out var difference)) return Change(field, difference, depth, hyphen);
            return value is YamlScalarNode ? Split(DiffMark.Same, KeyValue(field, value), depth, hyphen) : Inside(path, field, value, depth, hyphen);
        }

        private List<DiffLine> Inside(string path, string field, YamlNode value, int depth, bool hyphen)
        {
            var lines = new List<DiffLine>();
            hyphen = IsIndex(field);
            if (!hyphen) lines.AddRange(Split(DiffMark.Same, field + ":", depth++, hyphen: false));
            if (value is YamlMappingNode mapping)
            {
                foreach (var (key, inner) in mapping.Children)
                {
                    lines.AddRange(Visit($"{path}/{key}", inner, depth, hyphen));
                    hyphen = false;
                }
            }
            else if (value is YamlSequenceNode sequence)
            {
                // A field's items hang on its own level, not one further in.
                lines.AddRange(sequence.SelectMany((item, index) => Visit(string.Create(CultureInfo.InvariantCulture, $"{path}/{index}"), item, depth, hyphen: item is YamlScalarNode)));
            }

            foreach (var difference in removed[path]) lines.AddRange(Change(difference.Path[(path.Length + 1)..], difference, depth, hyphen: false));
            return lines;
        }

        private static IEnumerable<DiffLine> Change(string field, ManifestDifference difference, int depth, bool hyphen)
        {
            hyphen |= IsIndex(field);
            IEnumerable<DiffLine> was = difference.Op == "add" || difference.Was is not { } before
                ? []
                : Split(DiffMark.Removed, KeyValue(field, YamlText.FromJson(before)), depth, hyphen);
            IEnumerable<DiffLine> now = difference.Op == "remove" || difference.Value is not { } after
                ? []
                : Split(DiffMark.Added, KeyValue(field, YamlText.FromJson(after)), depth, hyphen);
            return [.. was, .. now];
        }

        private static string KeyValue(string field, YamlNode value)
        {
            var text = YamlText.Write(value).Trim();
            if (IsIndex(field)) return text;
            return value switch
            {
                YamlSequenceNode => $"{field}:\n{text}",
                YamlMappingNode => $"{field}:\n  {text.Replace("\n", "\n  ", StringComparison.Ordinal)}",
                _ => $"{field}: {text}",
            };
        }

        private static bool IsIndex(string field) => field.Length > 0 && field.All(char.IsAsciiDigit);
    }
}

internal enum DiffMark
{
    Same,
    Added,
    Removed,
}

internal sealed record DiffLine(DiffMark Mark, string Text)
{
    public override string ToString() => Mark switch { DiffMark.Added => "+ ", DiffMark.Removed => "- ", _ => "  " } + Text;
}
