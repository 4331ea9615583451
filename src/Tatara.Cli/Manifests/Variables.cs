using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tatara.Cli.Manifests;

/// <summary>Values for the ((names)) in a manifest, from --vars-file and --var; later ones win.</summary>
internal sealed partial class Variables
{
    private readonly Dictionary<string, YamlNode> values = [];

    public static Variables From(IEnumerable<string> files, IEnumerable<string> pairs)
    {
        var variables = new Variables();
        foreach (var file in files) variables.AddFile(file, LocalFile.ReadText(file));
        foreach (var pair in pairs) variables.AddPair(pair);
        return variables;
    }

    /// <exception cref="CfException">It is not a mapping in YAML.</exception>
    public void AddFile(string path, string text)
    {
        try
        {
            if (TryParse(text) is not { } root) return;
            if (root is not YamlMappingNode mapping) throw new YamlException(root.Start, root.End, "a mapping of names to values is expected");
            foreach (var (key, value) in mapping.Children) values[key.ToString()] = YamlTree.WithoutAnchors(value);
        }
        catch (YamlException error)
        {
            throw new CfException(
                $"The option --vars-file expects a valid YAML file. {path}: line {error.Start.Line}, column {error.Start.Column}: {error.Message}", error);
        }
    }

    /// <param name="pair">name=value, where the value is YAML: 3 is a number and "3" a text.</param>
    public void AddPair(string pair)
    {
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) throw new UsageException($"invalid argument for flag `--var': Expected var '{pair}' to be in format 'name=value'") { IsFlagError = true };
        if (equals == 0) throw new UsageException($"invalid argument for flag `--var': Expected var '{pair}' to specify non-empty name") { IsFlagError = true };
        var text = pair[(equals + 1)..];
        try
        {
            values[pair[..equals]] = TryParse(text) is { } node ? YamlTree.WithoutAnchors(node) : YamlText.Scalar("");
        }
        catch (YamlException)
        {
            // Not YAML, then a text as it stands.
            values[pair[..equals]] = YamlText.Scalar(text);
        }
    }

    /// <summary>Puts the values in; one that fills a whole scalar keeps its type.</summary>
    /// <exception cref="CfException">Some have no value.</exception>
    public YamlNode Fill(YamlNode node)
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        var filled = Fill(node, missing);
        if (missing.Count > 0) throw new CfException($"Expected to find variables: {string.Join(", ", missing)}");
        return filled;
    }

    private YamlNode Fill(YamlNode node, SortedSet<string> missing)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                var filled = new YamlMappingNode { Style = mapping.Style };
                foreach (var (key, value) in mapping.Children) filled.Children[Fill(key, missing)] = Fill(value, missing);
                return filled;
            case YamlSequenceNode sequence:
                return new YamlSequenceNode(sequence.Select(item => Fill(item, missing)).ToList()) { Style = sequence.Style };
            default:
                return FillScalar((YamlScalarNode)node, missing);
        }
    }

    private YamlNode FillScalar(YamlScalarNode scalar, SortedSet<string> missing)
    {
        var text = scalar.Value ?? "";
        if (!text.Contains("((", StringComparison.Ordinal)) return scalar;
        if (Name().Match(text) is { Success: true } whole && whole.Length == text.Length) return Find(whole, missing) ?? scalar;
        var replaced = Name().Replace(text, match => Find(match, missing) switch
        {
            YamlScalarNode value => value.Value ?? "",
            null => match.Value,
            _ => throw new CfException($"The variable '{match.Groups[1].Value}' is a list or mapping and cannot be part of the text '{text}'."),
        });
        return new YamlScalarNode(replaced) { Style = scalar.Style == ScalarStyle.Plain ? ScalarStyle.Any : scalar.Style };
    }

    private YamlNode? Find(Match match, SortedSet<string> missing)
    {
        var name = match.Groups[1].Value;
        if (values.TryGetValue(name, out var whole)) return whole;
        var parts = name.Split('.');
        YamlNode? node = values.GetValueOrDefault(parts[0]);
        foreach (var part in parts.Skip(1)) node = node is YamlMappingNode mapping && mapping.Children.TryGetValue(part, out var inner) ? inner : null;
        if (node is null) missing.Add(name);
        return node;
    }

    private static YamlNode? TryParse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Count > 0 ? stream.Documents[0].RootNode : null;
    }

    [GeneratedRegex(@"\(\(!?([-/.\w\p{L}:]+)\)\)")]
    private static partial Regex Name();
}
