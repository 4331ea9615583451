namespace Tatara.CloudController.Data;

/// <summary>The staging of a package, from the request to a droplet or an error.</summary>
internal sealed class Build : LabelledEntity
{
    public required string AppGuid { get; set; }
    public required string PackageGuid { get; set; }
    public string? DropletGuid { get; set; }
    public string State { get; set; } = BuildStates.Staging;
    public string? Error { get; set; }

    /// <summary>NoAppDetectedError and the like.</summary>
    public string? ErrorId { get; set; }
    public string LifecycleType { get; set; } = "buildpack";
    public IReadOnlyList<string> Buildpacks { get; set; } = [];
    public string? Stack { get; set; }
    public int StagingMemoryMb { get; set; }
    public int StagingDiskMb { get; set; }
    public long StagingLogRateLimit { get; set; } = -1;

    /// <summary>Of all that staging depended on, as the DEA was told; null when that is not certain.</summary>
    public string? StagingKey { get; set; }

    /// <summary>The DEA that works on it.</summary>
    public string? DeaId { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public string? CreatedByGuid { get; set; }
    public string? CreatedByName { get; set; }
}

internal static class BuildStates
{
    public const string Staging = "STAGING";
    public const string Staged = "STAGED";
    public const string Failed = "FAILED";
}
