namespace Tatara.Uaa.Groups;

/// <summary>Groups are scopes: whoever is in the group has the scope. These exist from the first start.</summary>
internal static class WellKnownGroups
{
    /// <summary>Every new user is in these.</summary>
    public static IReadOnlyList<string> OfEverybody { get; } =
    [
        "openid", "scim.me", "cloud_controller.read", "cloud_controller.write", "cloud_controller_service_permissions.read",
        "password.write", "scim.userids", "uaa.user", "approvals.me", "oauth.approvals", "profile", "roles", "user_attributes",
        "uaa.offline_token",
    ];

    /// <summary>The administrator is in these besides.</summary>
    public static IReadOnlyList<string> OfAdministrator { get; } =
    [
        "cloud_controller.admin", "uaa.admin", "scim.read", "scim.write", "clients.read", "doppler.firehose", "network.admin",
        "routing.router_groups.read", "routing.router_groups.write",
    ];

    /// <summary>Nobody is in these at first.</summary>
    public static IReadOnlyList<string> OfNobody { get; } =
    [
        "cloud_controller.admin_read_only", "cloud_controller.global_auditor", "logs.admin", "network.write", "scim.create",
    ];

    public static IEnumerable<string> All => [.. OfEverybody, .. OfAdministrator, .. OfNobody];
}
