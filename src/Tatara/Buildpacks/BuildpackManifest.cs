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
    public static BuildpackManifest Load(string path)
    {
        var deserializer = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build();
        try
        {
            var manifest = deserializer.Deserialize<BuildpackManifest>(File.ReadAllText(path));
            foreach (var dependency in manifest.Dependencies) dependency.Validate(path);
            return manifest;
        }
        catch (YamlException e)
        {
            throw new SetupException($"{path}, line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}", "Mend the manifest.", e);
        }
    }
}

/// <summary>One runtime: either the distribution's packages, or a file with its checksum.</summary>
internal sealed class Dependency
{
    public string Name { get; set; } = "";

    /// <summary>Given for a file.</summary>
    public string? Version { get; set; }

    /// <summary>Given for packages: the package whose upstream version it is.</summary>
    public string? VersionOf { get; set; }

    public List<string> Stacks { get; set; } = [];
    public List<string> Packages { get; set; } = [];
    public string? Uri { get; set; }
    public string? Sha256 { get; set; }

    public void Validate(string path)
    {
        var fromPackages = Packages.Count > 0 && VersionOf is not null && Uri is null;
        var fromFile = Packages.Count == 0 && Version is not null && Uri is not null && Sha256 is { Length: 64 };
        if (Name.Length == 0 || Stacks.Count == 0 || !(fromPackages || fromFile))
        {
            throw new SetupException($"{path}: dependency '{Name}' is incomplete.",
                "It needs name and stacks, and either packages with version_of, or version with uri and sha256.");
        }
    }
}
