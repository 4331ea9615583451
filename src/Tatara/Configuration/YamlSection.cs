using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tatara.Configuration;

/// <summary>A mapping of a YAML file, read key by key. What is wrong is said with its line; what nobody asks for is refused.</summary>
internal sealed class YamlSection
{
    private readonly string _file;
    private readonly string _path;
    private readonly YamlMappingNode? _node;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly List<YamlSection> _parts = [];

    private YamlSection(string file, string path, YamlMappingNode? node) => (_file, _path, _node) = (file, path, node);

    /// <exception cref="SetupException">It is no YAML mapping.</exception>
    public static YamlSection Parse(string file, string text)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            if (yaml.Documents is not [{ RootNode: YamlMappingNode root }])
                throw new SetupException($"{file} is not one mapping of keys to values.", "`tatara config sample` prints one that is.");
            return new YamlSection(file, "", root);
        }
        catch (YamlException e)
        {
            throw new SetupException($"{file}, line {e.Start.Line}: {e.Message}", "Mend the YAML; indentation and quotes are the usual suspects.", e);
        }
    }

    public string? Text(string key) => Find(key) switch
    {
        null or YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" } => null,
        YamlScalarNode scalar => scalar.Value,
        _ => throw Wrong(key, "has to be one value", "Write it on the same line, without dashes."),
    };

    public string Required(string key, string advice) => Text(key) is { Length: > 0 } text ? text : throw Missing(key, advice);

    public IReadOnlyList<string> List(string key) => Find(key) switch
    {
        null => [],
        YamlSequenceNode list when list.All(item => item is YamlScalarNode { Value.Length: > 0 }) => [.. list.Select(item => ((YamlScalarNode)item).Value!)],
        _ => throw Wrong(key, "has to be a list of values", $"Write it like [a, b]."),
    };

    public long? Number(string key, long least, long most)
    {
        if (Text(key) is not { } text) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number : throw Wrong(key, $"'{text}' is not a whole number from {least} to {most}", "");
    }

    public double? Factor(string key) => Text(key) is not { } text ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) ? factor : throw Wrong(key, $"'{text}' is not a number", "");

    public bool? Flag(string key) => Text(key) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var other => throw Wrong(key, $"'{other}' is neither true nor false", ""),
    };

    /// <summary>A mapping below this one; an empty one when it is not there.</summary>
    public YamlSection Section(string key)
    {
        var section = new YamlSection(_file, _path + key + ".", Find(key) switch
        {
            null or YamlScalarNode { Value: null or "" } => null,
            YamlMappingNode node => node,
            _ => throw Wrong(key, "has to hold keys of its own", "Put them below it, indented by two spaces."),
        });
        _parts.Add(section);
        return section;
    }

    /// <summary>To be called when all that can be there was asked for.</summary>
    /// <exception cref="SetupException">There is something else.</exception>
    public void RefuseOthers()
    {
        foreach (var part in _parts) part.RefuseOthers();
        foreach (var key in _node?.Children.Keys ?? Enumerable.Empty<YamlNode>())
            if (key is not YamlScalarNode { Value: { } name } || !_asked.Contains(name))
                throw new SetupException($"{_file}, line {key.Start.Line}: there is no key '{_path}{key}'.", $"Here can be: {string.Join(", ", _asked.Order(StringComparer.Ordinal))}.");
    }

    public SetupException Missing(string key, string advice) => new($"{_file}: '{_path}{key}' is missing.", advice);

    public SetupException Wrong(string key, string what, string advice) => new($"{_file}, line {Find(key)?.Start.Line}: '{_path}{key}': {what}.", advice);

    private YamlNode? Find(string key)
    {
        _asked.Add(key);
        return _node?.Children.FirstOrDefault(entry => entry.Key is YamlScalarNode { Value: { } name } && name == key).Value;
    }
}
