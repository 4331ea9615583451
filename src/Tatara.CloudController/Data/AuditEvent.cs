namespace Tatara.CloudController.Data;

/// <summary>Who did what to what. It outlives its actor and its target, so it copies their names.</summary>
internal sealed class AuditEvent : Entity
{
    public required string Type { get; set; }
    public required string ActorGuid { get; set; }
    public required string ActorType { get; set; }
    public required string ActorName { get; set; }
    public required string TargetGuid { get; set; }
    public required string TargetType { get; set; }
    public required string TargetName { get; set; }
    public string? SpaceGuid { get; set; }
    public string? OrganizationGuid { get; set; }

    /// <summary>JSON object.</summary>
    public string Data { get; set; } = "{}";
}
