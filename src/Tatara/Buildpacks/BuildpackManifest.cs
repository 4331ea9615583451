using Tatara.Configuration;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Tatara.Buildpacks;

/// <summary>A built-in buildpack's manifest.yml: which runtimes it carries and where they come from.</summary>
internal sealed class BuildpackManifest
{
    public string Language { get; set; } = "";
    public string DisplayName { get; set; } = "";
    public List<Dependency> Dependencies { get; set; } = [];

    /// <exception cref="SetupException">The file is not a manifest; names the line.</exception>
    public static BuildpackManifest Load(string path) => Parse(File.ReadAllText(path), path);

    private static BuildpackManifest Parse(string text, string path)
    {
        var deserializer = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build();
        try
        {
            var manifest = deserializer.Deserialize<BuildpackManifest>(text);
            foreach (var dependency in manifest.Dependencies) dependency.Validate(path);
            if (manifest.Dependencies.GroupBy(d => (d.Name, d.Version ?? d.VersionOf)).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new SetupException($"{path}: {twice.Key.Name} {twice.Key.Item2} is there twice.", "Leave one of them.");
            return manifest;
        }
        catch (YamlException e)
        {
            throw new SetupException($"{path}, line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}", "Mend the manifest.", e);
        }
    }

    /// <summary>Appends a dependency to a manifest file; its comments and order stay. The manifest has its dependencies last.</summary>
    /// <exception cref="SetupException">It is there already, or the file is not a manifest that ends with its dependencies.</exception>
    public static void Add(string path, Dependency dependency)
    {
        dependency.Validate(path);
        if (Load(path).Dependencies.Any(d => d.Name == dependency.Name && d.Version == dependency.Version))
            throw new SetupException($"{path} has {dependency.Name} {dependency.Version} already.", "Take its entry out first if it is to change.");
        var text = File.ReadAllText(path).TrimEnd() + $"""

              - name: {Quoted(dependency.Name)}
                version: {Quoted(dependency.Version!)}
                stacks: [{string.Join(", ", dependency.Stacks.Select(Quoted))}]
                uri: {Quoted(dependency.Uri!)}
                sha256: {Quoted(dependency.Sha256!)}

            """;
        if (!EndsWithDependencies(text, path, dependency))
            throw new SetupException($"{path} does not end with its dependencies.", "Add the entry by hand.");
        AtomicFile.Write(path, text, secret: false);

        static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
    }

    private static bool EndsWithDependencies(string text, string path, Dependency added)
    {
        try
        {
            return Parse(text, path).Dependencies.Any(d => d.Name == added.Name && d.Version == added.Version);
        }
        catch (SetupException)
        {
            return false;
        }
    }
}

/// <summary>One runtime: the distribution's packages, a part of this machine's .NET installation, or a file with its checksum.</summary>
internal sealed class Dependency
{
    public string Name { get; set; } = "";

    /// <summary>Given for a file, and as "10.x" for a part of an installation.</summary>
    public string? Version { get; set; }

    /// <summary>Given for packages: the package whose upstream version it is.</summary>
    public string? VersionOf { get; set; }

    public List<string> Stacks { get; set; } = [];
    public List<string> Packages { get; set; } = [];

    /// <summary>What of the packages no app needs: files and folders, as they lie in the packages.</summary>
    public List<string> Without { get; set; } = [];

    /// <summary>Given for a part of this machine's .NET installation: which.</summary>
    public string? From { get; set; }

    public string? Uri { get; set; }
    public string? Sha256 { get; set; }

    public void Validate(string path)
    {
        var fromPackages = Packages.Count > 0 && VersionOf is not null && Uri is null && From is null;
        var fromInstallation = From is DotnetInstallation.Runtime or DotnetInstallation.Sdk && Packages.Count == 0 && Uri is null &&
            Version is not null && Version.EndsWith(".x", StringComparison.Ordinal) && Version[..^2].All(char.IsAsciiDigit) && Version.Length is 3 or 4;
        var fromFile = From is null && Packages.Count == 0 && Version is not null && Uri is not null && Sha256 is { Length: 64 } && Sha256.All(char.IsAsciiHexDigit);
        if (!(Name + Version).All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+'))
            throw new SetupException($"{path}: dependency '{Name}', version '{Version}': letters, digits and .-_+ only.", "They become parts of file names.");
        if (Without.FirstOrDefault(w => w.StartsWith('/') || w.Split('/').Contains("..")) is { } outside)
            throw new SetupException($"{path}: dependency '{Name}': '{outside}' leads out of the packages.", "Name a file or folder as it lies in them, e.g. usr/share/doc.");
        if (fromFile && !(System.Uri.TryCreate(Uri, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw new SetupException($"{path}: dependency '{Name}': '{Uri}' is no http or https address.", "Mend its uri.");
        if (Name.Length == 0 || Stacks.Count == 0 || !(fromPackages || fromInstallation || fromFile))
        {
            throw new SetupException($"{path}: dependency '{Name}' is incomplete.",
                "It needs name and stacks, and either packages with version_of, or version with uri and sha256, " +
                $"or version (like 10.x) with from: {DotnetInstallation.Runtime} or {DotnetInstallation.Sdk}.");
        }
    }
}
