using Tatara.CloudController.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tatara.CloudController.Manifests;

/// <summary>
/// Reads YAML that nobody vouches for. No types are made of it, nesting and size are bounded, and an alias counts as
/// often as it is used, so that a few lines cannot unfold into gigabytes.
/// </summary>
internal sealed class ManifestYaml
{
    public const int MaxBytes = 1024 * 1024;
    private const int MaxDepth = 32;
    private const long MaxNodes = 100_000;

    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, ManifestNode> _anchors = [];
    private long _nodes;

    private ManifestYaml(string text) => _parser = new Parser(new StringReader(text));

    public static ManifestNode Read(string text)
    {
        try
        {
            return new ManifestYaml(text).ReadDocument();
        }
        catch (YamlException e)
        {
            throw Problem(e.Start, e.InnerException?.Message ?? e.Message);
        }
    }

    private ManifestNode ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _)) throw ApiErrors.MessageParseError("the manifest is empty");
        var root = ReadNode(0);
        _parser.Consume<DocumentEnd>();
        if (_parser.Current is DocumentStart another) throw Problem(another.Start, "a manifest is one document");
        return root;
    }

    private ManifestNode ReadNode(int depth)
    {
        var start = _parser.Current?.Start ?? Mark.Empty;
        if (depth > MaxDepth) throw Problem(start, $"it is nested deeper than {MaxDepth} levels");
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            if (!_anchors.TryGetValue(alias.Value, out var target)) throw Problem(start, $"the alias '*{alias.Value.Value}' has no anchor");
            return Count(target, target.Size, start);
        }
        var anchor = (_parser.Current as NodeEvent)?.Anchor ?? AnchorName.Empty;
        var node = ReadNewNode(depth, start);
        if (!anchor.IsEmpty) _anchors[anchor] = node;
        return Count(node, 1, start);
    }

    private ManifestNode ReadNewNode(int depth, Mark start)
    {
        if (_parser.TryConsume<Scalar>(out var scalar)) return new ManifestScalar((int)start.Line, scalar.Value, scalar.Style == ScalarStyle.Plain);
        if (_parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<ManifestNode>();
            while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(depth + 1));
            return new ManifestList((int)start.Line, items);
        }
        _parser.Consume<MappingStart>();
        return ReadMap(depth, (int)start.Line);
    }

    private ManifestMap ReadMap(int depth, int line)
    {
        var fields = new Dictionary<string, ManifestNode>(StringComparer.Ordinal);
        var merged = new List<ManifestMap>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var at = _parser.Current!.Start;
            if (ReadNode(depth + 1) is not ManifestScalar key) throw Problem(at, "a key must be a text");
            var value = ReadNode(depth + 1);
            if (key is { Text: "<<", IsPlain: true }) merged.AddRange(Mergeable(value, at));
            else if (!fields.TryAdd(key.Text, value)) throw Problem(at, $"the key '{key.Text}' stands twice");
        }
        foreach (var (key, value) in merged.SelectMany(m => m.Fields)) fields.TryAdd(key, value);
        return new ManifestMap(line, fields);
    }

    private static IEnumerable<ManifestMap> Mergeable(ManifestNode value, Mark at) => value switch
    {
        ManifestMap map => [map],
        ManifestList list when list.Items.All(i => i is ManifestMap) => list.Items.Cast<ManifestMap>(),
        _ => throw Problem(at, "'<<' merges maps only"),
    };

    private ManifestNode Count(ManifestNode node, long size, Mark at)
    {
        _nodes += size;
        return _nodes <= MaxNodes ? node : throw Problem(at, $"it unfolds to more than {MaxNodes} pieces");
    }

    private static ApiException Problem(Mark at, string why) =>
        ApiErrors.MessageParseError($"the manifest is no valid YAML at line {at.Line}, column {at.Column}: {why}");
}
