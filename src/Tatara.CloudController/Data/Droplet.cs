using Tatara.Protocol;

namespace Tatara.CloudController.Data;

/// <summary>What staging made of a package: ready to run.</summary>
internal sealed class Droplet : LabelledEntity
{
    public required string AppGuid { get; set; }
    public string? PackageGuid { get; set; }
    public string? BuildGuid { get; set; }
    public string State { get; set; } = DropletStates.AwaitingUpload;
    public string? Error { get; set; }
    public string? Sha1 { get; set; }
    public string? Sha256 { get; set; }
    public long? SizeBytes { get; set; }
    public string LifecycleType { get; set; } = "buildpack";
    public string? Stack { get; set; }

    /// <summary>Process type to command.</summary>
    public IReadOnlyDictionary<string, string?> ProcessTypes { get; set; } = new Dictionary<string, string?>();
    public string ExecutionMetadata { get; set; } = "";
    public IReadOnlyList<DropletBuildpack> Buildpacks { get; set; } = [];

    /// <summary>As its buildpacks declare them.</summary>
    public IReadOnlyList<SidecarSpec> Sidecars { get; set; } = [];

    /// <summary>For variables that nobody sets.</summary>
    public IReadOnlyDictionary<string, string?> EnvironmentDefaults { get; set; } = new Dictionary<string, string?>();

    /// <summary>Process type to number of instances, for processes that are new.</summary>
    public IReadOnlyDictionary<string, int> Formation { get; set; } = new Dictionary<string, int>();
}

/// <summary>A buildpack that took part in a droplet.</summary>
internal sealed record DropletBuildpack(string Name, string? DetectOutput, string? BuildpackName, string? Version);

internal static class DropletStates
{
    public const string AwaitingUpload = "AWAITING_UPLOAD";
    public const string ProcessingUpload = "PROCESSING_UPLOAD";
    public const string Staged = "STAGED";
    public const string Copying = "COPYING";
    public const string Failed = "FAILED";
    public const string Expired = "EXPIRED";
}
