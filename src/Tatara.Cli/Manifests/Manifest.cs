using YamlDotNet.RepresentationModel;

namespace Tatara.Cli.Manifests;

/// <summary>Apps as a manifest describes them, with all the server understands and this program does not.</summary>
/// <param name="Others">What stands beside the applications; whether it may is the server's to say.</param>
/// <param name="Path">The file it was read from; null when there is none.</param>
internal sealed record Manifest(IReadOnlyList<ManifestApp> Apps, IReadOnlyList<KeyValuePair<YamlNode, YamlNode>> Others, string? Path)
{
    public IEnumerable<string> AppNames => Apps.Select(app => app.Name);

    /// <summary>What a push without a manifest means.</summary>
    public static Manifest Of(string? appName)
    {
        var app = new ManifestApp(new YamlMappingNode());
        app.Name = appName ?? "";
        return new Manifest([app], Others: [], Path: null);
    }

    public YamlMappingNode ToNode()
    {
        var root = new YamlMappingNode { { "applications", new YamlSequenceNode(Apps.Select(app => app.Node)) } };
        foreach (var (key, value) in Others) root.Add(key, value);
        return root;
    }

    public string ToYaml() => YamlText.Write(ToNode());
}

/// <summary>One app of a manifest.</summary>
internal sealed class ManifestApp(YamlMappingNode node)
{
    public YamlMappingNode Node => node;

    public string Name { get => Text("name") ?? ""; set => SetFirst("name", value); }

    public string? Path { get => Text("path"); set => Set("path", value); }

    public bool IsTrue(string key) => Text(key) is "true" or "True" or "TRUE" or "yes" or "on";

    public bool Has(string key) => node.Children.ContainsKey(key);

    public string? Text(string key) => node.Children.TryGetValue(key, out var value) && value is YamlScalarNode scalar ? scalar.Value : null;

    /// <param name="value">Null removes the key.</param>
    public void Set(string key, string? value) => Set(node, key, value is null ? null : YamlText.Scalar(value));

    public void Set(string key, YamlNode value) => Set(node, key, value);

    /// <summary>Sets a property of the web process where the manifest describes one, else of the app.</summary>
    public void SetOfWeb(string key, YamlNode? value) => Set(WebProcess ?? node, key, value);

    public string? TextOfWeb(string key) =>
        (WebProcess ?? node).Children.TryGetValue(key, out var value) && value is YamlScalarNode scalar ? scalar.Value : null;

    private YamlMappingNode? WebProcess =>
        node.Children.TryGetValue("processes", out var processes) && processes is YamlSequenceNode list
            ? list.OfType<YamlMappingNode>().FirstOrDefault(one => one.Children.TryGetValue("type", out var type) && type is YamlScalarNode { Value: "web" })
            : null;

    private void SetFirst(string key, string value)
    {
        if (Has(key)) node.Children[key] = YamlText.Scalar(value);
        else node.Children.Insert(0, key, YamlText.Scalar(value));
    }

    private static void Set(YamlMappingNode mapping, string key, YamlNode? value)
    {
        if (value is null) mapping.Children.Remove(key);
        else mapping.Children[key] = value;
    }
}
