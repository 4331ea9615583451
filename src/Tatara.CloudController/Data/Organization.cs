namespace Tatara.CloudController.Data;

/// <summary>Who the spaces, the quota and the private domains belong to.</summary>
internal sealed class Organization : LabelledEntity
{
    public required string Name { get; set; }
    public bool Suspended { get; set; }
    public required string QuotaGuid { get; set; }
}

/// <summary>Where apps and routes live.</summary>
internal sealed class Space : LabelledEntity
{
    public required string Name { get; set; }
    public required string OrganizationGuid { get; set; }
    public string? QuotaGuid { get; set; }
    public bool AllowSsh { get; set; } = true;
}
