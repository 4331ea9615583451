namespace Tatara.CloudController.Data;

/// <summary>A person or client, made at the first sight of its token or by an administrator.</summary>
internal sealed class User : LabelledEntity
{
    public string? Username { get; set; }
    public string? Origin { get; set; }
}

/// <summary>What a user may do in one organization or space.</summary>
internal sealed class RoleAssignment : Entity
{
    /// <summary>See <see cref="RoleTypes"/>.</summary>
    public required string Type { get; set; }
    public required string UserGuid { get; set; }
    public string? OrganizationGuid { get; set; }
    public string? SpaceGuid { get; set; }
}

internal static class RoleTypes
{
    public const string OrganizationUser = "organization_user";
    public const string OrganizationAuditor = "organization_auditor";
    public const string OrganizationManager = "organization_manager";
    public const string OrganizationBillingManager = "organization_billing_manager";
    public const string SpaceAuditor = "space_auditor";
    public const string SpaceDeveloper = "space_developer";
    public const string SpaceManager = "space_manager";
    public const string SpaceSupporter = "space_supporter";

    public static readonly IReadOnlyList<string> Organization =
        [OrganizationAuditor, OrganizationManager, OrganizationBillingManager, OrganizationUser];

    public static readonly IReadOnlyList<string> Space = [SpaceAuditor, SpaceDeveloper, SpaceManager, SpaceSupporter];
}
