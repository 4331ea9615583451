namespace Tatara.CloudController.Data;

/// <summary>An application security group: what containers may reach.</summary>
internal sealed class SecurityGroup : Entity
{
    public required string Name { get; set; }
    public IReadOnlyList<SecurityRule> Rules { get; set; } = [];

    /// <summary>Whether it holds for the running apps of all spaces.</summary>
    public bool RunningDefault { get; set; }

    /// <summary>Whether it holds for the staging of all spaces.</summary>
    public bool StagingDefault { get; set; }
}

/// <summary>A security group holds for a space, in one phase of its apps.</summary>
internal sealed class SecurityGroupBinding : Entity
{
    public required string GroupGuid { get; set; }
    public required string SpaceGuid { get; set; }
    public required SecurityPhase Phase { get; set; }
}

/// <summary>When a rule holds.</summary>
internal enum SecurityPhase
{
    Running,
    Staging,
}

/// <summary>One rule, as the API takes and answers it.</summary>
internal sealed record SecurityRule(
    string Protocol, string Destination, string? Ports = null, int? Type = null, int? Code = null, string? Description = null, bool? Log = null);
