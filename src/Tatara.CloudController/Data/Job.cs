namespace Tatara.CloudController.Data;

/// <summary>Work that outlives its request.</summary>
internal sealed class Job : Entity
{
    /// <summary>app.delete, space.apply_manifest …: names the handler.</summary>
    public required string Operation { get; set; }
    public string State { get; set; } = JobStates.Processing;

    /// <summary>What the handler needs, as JSON.</summary>
    public required string Payload { get; set; }

    /// <summary>What it works on: /v3/RESOURCE/GUID becomes a link.</summary>
    public string? ResourceType { get; set; }
    public string? ResourceGuid { get; set; }

    /// <summary>CF errors as JSON, when it failed.</summary>
    public string? Errors { get; set; }
    public IReadOnlyList<string> Warnings { get; set; } = [];
    public int Attempts { get; set; }

    /// <summary>On whose behalf; their name stands in the audit events.</summary>
    public required string ActorGuid { get; set; }
    public required string ActorName { get; set; }

    /// <summary>Who works on it, and until when that is believed.</summary>
    public string? ClaimedBy { get; set; }
    public DateTimeOffset? ClaimedUntil { get; set; }
}

internal static class JobStates
{
    public const string Processing = "PROCESSING";
    public const string Complete = "COMPLETE";
    public const string Failed = "FAILED";
}
