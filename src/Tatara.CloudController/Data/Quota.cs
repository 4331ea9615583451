namespace Tatara.CloudController.Data;

/// <summary>Bounds; null means none.</summary>
internal abstract class Quota : Entity
{
    public required string Name { get; set; }
    public int? TotalMemoryMb { get; set; }
    public int? InstanceMemoryMb { get; set; }
    public int? TotalInstances { get; set; }
    public int? TasksPerApp { get; set; }
    public int? LogRateLimit { get; set; }
    public bool PaidServicesAllowed { get; set; } = true;
    public int? TotalServiceInstances { get; set; }
    public int? TotalServiceKeys { get; set; }
    public int? TotalRoutes { get; set; }
    public int? TotalReservedPorts { get; set; }
}

internal sealed class OrganizationQuota : Quota
{
    public int? TotalDomains { get; set; }
}

internal sealed class SpaceQuota : Quota
{
    public required string OrganizationGuid { get; set; }
}
