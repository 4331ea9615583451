using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Metadata;

namespace Tatara.CloudController.Organizations;

internal sealed record OrganizationResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, bool Suspended, OrganizationRelationships Relationships,
    MetadataResponse Metadata, IReadOnlyDictionary<string, Link> Links)
{
    public static OrganizationResponse From(Organization organization, Links links) => new(
        organization.Guid, organization.CreatedAt, organization.UpdatedAt, organization.Name, organization.Suspended,
        new OrganizationRelationships(Relationship.To(organization.QuotaGuid)),
        MetadataResponse.Of(organization),
        new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/organizations/{organization.Guid}"),
            ["domains"] = links.To($"/v3/organizations/{organization.Guid}/domains"),
            ["default_domain"] = links.To($"/v3/organizations/{organization.Guid}/domains/default"),
            ["quota"] = links.To($"/v3/organization_quotas/{organization.QuotaGuid}"),
        });
}

internal sealed record OrganizationRelationships(Relationship Quota);
