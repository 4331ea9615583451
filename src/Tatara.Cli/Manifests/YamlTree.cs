using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tatara.Cli.Manifests;

/// <summary>Writes out what anchors, aliases and merge keys stand for, so that nodes can be changed one by one.</summary>
internal static class YamlTree
{
    /// <summary>More than any manifest has; aliases of aliases multiply.</summary>
    private const int MaxNodes = 100_000;

    /// <exception cref="CfException">It grows beyond all measure.</exception>
    public static YamlNode WithoutAnchors(YamlNode node)
    {
        var count = 0;
        return Copy(node, ref count);
    }

    private static YamlNode Copy(YamlNode node, ref int count)
    {
        if (++count > MaxNodes) throw new CfException($"The YAML has more than {MaxNodes} values once its aliases are written out.");
        switch (node)
        {
            case YamlMappingNode mapping:
                return CopyMapping(mapping, ref count);
            case YamlSequenceNode sequence:
                var items = new YamlSequenceNode { Style = sequence.Style };
                foreach (var item in sequence) items.Add(Copy(item, ref count));
                return items;
            default:
                var scalar = (YamlScalarNode)node;
                return new YamlScalarNode(scalar.Value) { Style = scalar.Style, Tag = scalar.Tag };
        }
    }

    private static YamlMappingNode CopyMapping(YamlMappingNode mapping, ref int count)
    {
        var copy = new YamlMappingNode { Style = mapping.Style };
        var merged = new List<YamlMappingNode>();
        foreach (var (key, value) in mapping.Children)
        {
            if (key is YamlScalarNode { Value: "<<", Style: ScalarStyle.Plain })
                merged.AddRange(value is YamlSequenceNode several ? several.OfType<YamlMappingNode>() : value is YamlMappingNode one ? [one] : []);
            else
                copy.Children[Copy(key, ref count)] = Copy(value, ref count);
        }

        // A mapping's own keys win, then those of earlier merges.
        foreach (var source in merged)
            foreach (var (key, value) in CopyMapping(source, ref count).Children)
                copy.Children.TryAdd(key, value);
        return copy;
    }
}
