using YamlDotNet.Core;
using YamlDotNet.Core.Events;
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
        // The file's own nodes know where they are; what variables bring in is checked again without a place.
        var written = ParseDocument(text, path);
        Check(written, (node, problem) => Invalid(path, node.Start, problem));
        var root = variables.Fill(YamlTree.WithoutAnchors(written));
        var apps = Check(root, (_, problem) => new CfException($"Unable to push app because of the variables for manifest {path}: {problem}"));
        var others = ((YamlMappingNode)root).Children.Where(entry => entry.Key.ToString() != "applications").ToList();
        return new Manifest([.. apps.Select(app => new ManifestApp((YamlMappingNode)app))], others, path);
    }

    /// <returns>The apps.</returns>
    private static YamlSequenceNode Check(YamlNode root, Func<YamlNode, string, CfException> fail)
    {
        if (root is not YamlMappingNode mapping) throw fail(root, "a mapping with the key 'applications' is expected");
        mapping.Children.TryGetValue("applications", out var applications);
        if (applications is null or YamlScalarNode { Value: null or "" } or YamlSequenceNode { Children.Count: 0 })
            throw new CfException("Manifest must have at least one application.");
        if (IsVariable(applications)) return new YamlSequenceNode();
        if (applications is not YamlSequenceNode list) throw fail(applications, "'applications' is expected to be a list");
        foreach (var app in list.Where(app => !IsVariable(app))) CheckApp(app, fail);
        return list;
    }

    private static void CheckApp(YamlNode app, Func<YamlNode, string, CfException> fail)
    {
        if (app is not YamlMappingNode mapping) throw fail(app, "an application is expected to be a mapping");
        foreach (var key in new[] { "name", "path" })
            if (mapping.Children.TryGetValue(key, out var value) && value is not YamlScalarNode) throw fail(value, $"'{key}' is expected to be text");
    }

    private static bool IsVariable(YamlNode node) => node is YamlScalarNode { Value: { } text } && text.StartsWith("((", StringComparison.Ordinal);

    private static YamlNode ParseDocument(string text, string path)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count > 0 ? stream.Documents[0].RootNode : new YamlMappingNode();
        }
        catch (AnchorNotFoundException error)
        {
            throw Invalid(path, UnknownAlias(text), error.Message);
        }
        catch (YamlException error)
        {
            throw Invalid(path, error.End, error.Message);
        }
    }

    /// <summary>Where the first alias stands that no anchor came before; the library does not tell.</summary>
    private static Mark UnknownAlias(string text)
    {
        var anchors = new HashSet<AnchorName>();
        var parser = new Parser(new StringReader(text));
        while (parser.MoveNext())
        {
            if (parser.Current is NodeEvent { Anchor.IsEmpty: false } anchored) anchors.Add(anchored.Anchor);
            if (parser.Current is AnchorAlias alias && !anchors.Contains(alias.Value)) return alias.Start;
        }

        return Mark.Empty;
    }

    private static CfException Invalid(string path, Mark place, string problem) =>
        new($"Unable to push app because manifest {path} is not valid yaml: line {place.Line}, column {place.Column}: {problem}");
}
