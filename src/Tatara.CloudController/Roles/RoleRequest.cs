using Tatara.CloudController.Api;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Roles;

/// <summary>The body of POST /v3/roles: a user, by guid or by name, gets a role in an organization or a space.</summary>
internal sealed record RoleRequest(string Type, string? UserGuid, string? Username, string? Origin, string? OrganizationGuid, string? SpaceGuid)
{
    public static RoleRequest Read(Body body)
    {
        var type = body.OneOf("type", [.. RoleTypes.Organization, .. RoleTypes.Space], required: true);
        var relationships = body.Object("relationships", required: true);
        var user = relationships?.Object("user", required: true)?.Object("data", required: true);
        var userGuid = user?.String("guid", maxLength: 200);
        var username = user?.String("username");
        var origin = user?.String("origin");
        var organization = relationships?.ToOne("organization", required: false);
        var space = relationships?.ToOne("space", required: false);
        if (relationships is not null)
        {
            if (user is not null && userGuid is null && username is null) relationships.Fail("user", "must have a username or guid specified");
            if (userGuid is not null && username is not null) relationships.Fail("username", "cannot be specified when identifying user by guid");
            if (organization is null && space is null) relationships.Fail("must specify either a space or an organization.");
            if (organization is not null && space is not null) relationships.Fail("cannot specify both an organization and a space.");
            else if (space is not null && RoleTypes.Organization.Contains(type)) relationships.Fail("space", $"cannot be provided with the organization role type: '{type}'.");
            else if (organization is not null && RoleTypes.Space.Contains(type)) relationships.Fail("organization", $"cannot be provided with the space role type: '{type}'.");
        }
        body.ThrowIfInvalid();
        return new RoleRequest(type!, userGuid, username, origin, organization, space);
    }
}
