using Tatara.CloudController.Metadata;
using Tatara.CloudController.Processes;
using Tatara.CloudController.Routes;
using Tatara.CloudController.Sidecars;

namespace Tatara.CloudController.Manifests;

/// <summary>An application of a manifest, checked as far as that needs no database. What is null is left as it is.</summary>
internal sealed record ManifestApp
{
    public required string Name { get; init; }

    /// <summary>As it was written.</summary>
    public required ManifestMap Source { get; init; }
    public IReadOnlyList<string>? Buildpacks { get; init; }
    public string? Stack { get; init; }
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();
    public MetadataPatch Metadata { get; init; } = MetadataPatch.Nothing;
    public IReadOnlyList<ManifestProcess> Processes { get; init; } = [];
    public ManifestRoutes Routes { get; init; } = new();
    public IReadOnlyList<string> Services { get; init; } = [];
    public IReadOnlyList<SidecarRequest> Sidecars { get; init; } = [];
    public bool? SshEnabled { get; init; }
    public bool? RevisionsEnabled { get; init; }
}

/// <summary>What a manifest says about the processes of one type.</summary>
internal sealed record ManifestProcess(string Type, ProcessPatch Patch);

/// <summary>What a manifest says about routes.</summary>
internal sealed record ManifestRoutes
{
    public IReadOnlyList<ManifestRoute>? Routes { get; init; }
    public bool NoRoute { get; init; }
    public bool RandomRoute { get; init; }
    public bool DefaultRoute { get; init; }
}

/// <param name="Url">host.domain/path.</param>
internal sealed record ManifestRoute(string Url, string? Protocol, RouteOptionsPatch Options);
