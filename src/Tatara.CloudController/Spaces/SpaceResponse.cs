using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Metadata;

namespace Tatara.CloudController.Spaces;

internal sealed record SpaceResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, SpaceRelationships Relationships,
    MetadataResponse Metadata, IReadOnlyDictionary<string, Link> Links)
{
    public static SpaceResponse From(Space space, Links links)
    {
        var all = new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/spaces/{space.Guid}"),
            ["organization"] = links.To($"/v3/organizations/{space.OrganizationGuid}"),
            ["features"] = links.To($"/v3/spaces/{space.Guid}/features"),
            ["apply_manifest"] = links.Post($"/v3/spaces/{space.Guid}/actions/apply_manifest"),
        };
        if (space.QuotaGuid is not null) all["quota"] = links.To($"/v3/space_quotas/{space.QuotaGuid}");
        return new SpaceResponse(
            space.Guid, space.CreatedAt, space.UpdatedAt, space.Name,
            new SpaceRelationships(Relationship.To(space.OrganizationGuid), Relationship.To(space.QuotaGuid)),
            MetadataResponse.Of(space), all);
    }
}

internal sealed record SpaceRelationships(Relationship Organization, Relationship Quota);
