using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tatara.Cli.Manifests;

/// <summary>Reads a manifest file: YAML, then variables, then its apps.</summary>
internal static class ManifestReader
{
    private static readonly string[] FileNames = ["manifest.yml", "manifest.yaml"];

    /// <param name="path">A manifest, or a directory that may hold one.</param>
    /// <returns>Null when the directory holds none.</returns>
    public static string? TryFind(string path)
    {
        if (!Directory.Exists(path)) return Path.GetFullPath(path);
        return FileNames.Select(name => Path.Combine(Path.GetFullPath(path), name)).FirstOrDefault(File.Exists);
    }

    /// <exception cref="CfException">It is not a manifest; the message says where.</exception>
    public static Manifest Read(string path, Variables variables) => Parse(LocalFile.ReadText(path), path, variables);

    public static Manifest Parse(string text, string path, Variables variables)
    {
        var root = variables.Fill(YamlTree.WithoutAnchors(ParseDocument(text, path)));
        if (root is not YamlMappingNode mapping) throw Invalid(path, root.Start, "a mapping with the key 'applications' is expected");
        mapping.Children.TryGetValue("applications", out var applications);
        if (applications is null or YamlScalarNode { Value: null or "" } or YamlSequenceNode { Children.Count: 0 })
            throw new CfException("Manifest must have at least one application.");
        if (applications is not YamlSequenceNode list) throw Invalid(path, applications.Start, "'applications' is expected to be a list");
        var apps = list.Select(node => ReadApp(node, path)).ToList();
        return new Manifest(apps, mapping.Children.TryGetValue("version", out var version) ? version.ToString() : null, path);
    }

    private static ManifestApp ReadApp(YamlNode node, string path)
    {
        if (node is not YamlMappingNode mapping) throw Invalid(path, node.Start, "an application is expected to be a mapping");
        foreach (var key in new[] { "name", "path" })
            if (mapping.Children.TryGetValue(key, out var value) && value is not YamlScalarNode) throw Invalid(path, value.Start, $"'{key}' is expected to be text");
        return new ManifestApp(mapping);
    }

    private static YamlNode ParseDocument(string text, string path)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count > 0 ? stream.Documents[0].RootNode : new YamlMappingNode();
        }
        catch (YamlException error)
        {
            throw Invalid(path, error.Start, error.Message);
        }
    }

    private static CfException Invalid(string path, Mark start, string problem) =>
        new($"Unable to push app because manifest {path} is not valid yaml: line {start.Line}, column {start.Column}: {problem}");
}
