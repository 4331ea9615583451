using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Metadata;

namespace Tatara.CloudController.Routes;

internal sealed record RouteResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Protocol, string Host, string Path, int? Port, string Url,
    IReadOnlyList<DestinationResponse> Destinations, IReadOnlyDictionary<string, string> Options, MetadataResponse Metadata, RouteRelationships Relationships,
    IReadOnlyDictionary<string, Link> Links)
{
    public static RouteResponse From(Route route, string domain, IEnumerable<RouteDestination> destinations, Links links) => new(
        route.Guid, route.CreatedAt, route.UpdatedAt, route.RouterGroupGuid is null ? "http" : "tcp", route.Host, route.Path, route.Port == 0 ? null : route.Port, AppUris.Of(route, domain),
        [.. destinations.Select(DestinationResponse.From)], RouteOptionsPatch.Of(route), MetadataResponse.Of(route),
        new RouteRelationships(Relationship.To(route.SpaceGuid), Relationship.To(route.DomainGuid)),
        new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/routes/{route.Guid}"),
            ["space"] = links.To($"/v3/spaces/{route.SpaceGuid}"),
            ["destinations"] = links.To($"/v3/routes/{route.Guid}/destinations"),
            ["domain"] = links.To($"/v3/domains/{route.DomainGuid}"),
        });
}

internal sealed record RouteRelationships(Relationship Space, Relationship Domain);

internal sealed record DestinationResponse(
    string Guid, DestinationApp App, int? Weight, int? Port, string Protocol, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static DestinationResponse From(RouteDestination d) =>
        new(d.Guid, new DestinationApp(d.AppGuid, new DestinationProcess(d.ProcessType)), d.Weight, d.AppPort, d.Protocol, d.CreatedAt, d.UpdatedAt);
}

internal sealed record DestinationApp(string Guid, DestinationProcess Process);

internal sealed record DestinationProcess(string Type);
