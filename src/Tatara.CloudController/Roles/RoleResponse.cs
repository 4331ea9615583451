using Tatara.CloudController.Api;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Roles;

internal sealed record RoleResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Type, RoleRelationships Relationships, IReadOnlyDictionary<string, Link> Links)
{
    public static RoleResponse From(RoleAssignment role, Links links)
    {
        var all = new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/roles/{role.Guid}"),
            ["user"] = links.To($"/v3/users/{Uri.EscapeDataString(role.UserGuid)}"),
        };
        if (role.SpaceGuid is not null) all["space"] = links.To($"/v3/spaces/{role.SpaceGuid}");
        else all["organization"] = links.To($"/v3/organizations/{role.OrganizationGuid}");
        return new RoleResponse(
            role.Guid, role.CreatedAt, role.UpdatedAt, role.Type,
            new RoleRelationships(Relationship.To(role.UserGuid), Relationship.To(role.OrganizationGuid), Relationship.To(role.SpaceGuid)), all);
    }
}

internal sealed record RoleRelationships(Relationship User, Relationship Organization, Relationship Space);
