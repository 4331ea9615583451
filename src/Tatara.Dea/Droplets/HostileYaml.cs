using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tatara.Dea.Droplets;

/// <summary>Reads YAML that an app or a buildpack wrote. Event by event: no depth of nesting can exhaust the stack, no alias is expanded.</summary>
internal static class HostileYaml
{
    private const int MaxDepth = 16;

    /// <summary>The whole: a string, a List of these, or a Dictionary of string to these. An alias is an empty string.</summary>
    /// <exception cref="YamlException">It is not YAML, or nested too deeply.</exception>
    public static object? ReadTree(string text)
    {
        var parser = new Parser(new StringReader(text));
        parser.Consume<StreamStart>();
        return parser.TryConsume<DocumentStart>(out _) ? ReadNode(parser, 0) : null;
    }

    /// <summary>Key to value for the scalars of the top mapping, or of the mapping under one of its keys. Whatever else there is, is skipped.</summary>
    /// <exception cref="YamlException">It is not YAML.</exception>
    public static IReadOnlyDictionary<string, string> ReadScalars(string text, string? under = null)
    {
        var parser = new Parser(new StringReader(text));
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _) || !parser.TryConsume<MappingStart>(out _)) return new Dictionary<string, string>();
        if (under is null) return ReadMapping(parser);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (parser.TryConsume<Scalar>(out var key) && key.Value == under && parser.TryConsume<MappingStart>(out _)) return ReadMapping(parser);
            if (key is null) parser.SkipThisAndNestedEvents();
            parser.SkipThisAndNestedEvents();
        }
        return new Dictionary<string, string>();
    }

    private static object ReadNode(Parser parser, int depth)
    {
        if (depth > MaxDepth) throw new YamlException($"it is nested more than {MaxDepth} deep");
        if (parser.TryConsume<Scalar>(out var scalar)) return scalar.Value;
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var list = new List<object>();
            while (!parser.TryConsume<SequenceEnd>(out _)) list.Add(ReadNode(parser, depth + 1));
            return list;
        }
        if (parser.TryConsume<MappingStart>(out _))
        {
            var map = new Dictionary<string, object>(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = ReadNode(parser, depth + 1);
                var value = ReadNode(parser, depth + 1);
                if (key is string name) map[name] = value;
            }
            return map;
        }
        parser.MoveNext();
        return "";
    }

    private static Dictionary<string, string> ReadMapping(Parser parser)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.TryConsume<Scalar>(out var name) ? name.Value : null;
            if (key is null) parser.SkipThisAndNestedEvents();
            if (key is not null && parser.TryConsume<Scalar>(out var value)) found[key] = value.Value;
            else parser.SkipThisAndNestedEvents();
        }
        return found;
    }
}
