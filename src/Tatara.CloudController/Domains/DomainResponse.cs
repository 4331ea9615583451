using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Metadata;

namespace Tatara.CloudController.Domains;

internal sealed record DomainResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, bool Internal, object? RouterGroup,
    IReadOnlyList<string> SupportedProtocols, DomainRelationships Relationships, MetadataResponse Metadata, IReadOnlyDictionary<string, Link> Links)
{
    public static DomainResponse From(Domain domain, IEnumerable<string> sharedWith, Links links)
    {
        var all = new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/domains/{domain.Guid}"),
            ["route_reservations"] = links.To($"/v3/domains/{domain.Guid}/route_reservations"),
        };
        if (domain.OrganizationGuid is not null)
        {
            all["organization"] = links.To($"/v3/organizations/{domain.OrganizationGuid}");
            all["shared_organizations"] = links.To($"/v3/domains/{domain.Guid}/relationships/shared_organizations");
        }
        return new DomainResponse(
            domain.Guid, domain.CreatedAt, domain.UpdatedAt, domain.Name, domain.Internal,
            domain.RouterGroupGuid is { } group ? new { Guid = group } : null, [domain.RouterGroupGuid is null ? "http" : "tcp"],
            new DomainRelationships(Relationship.To(domain.OrganizationGuid), Api.Relationships.To(sharedWith)),
            MetadataResponse.Of(domain), all);
    }
}

internal sealed record DomainRelationships(Relationship Organization, Relationships SharedOrganizations);
