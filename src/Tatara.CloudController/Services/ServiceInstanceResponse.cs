using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Metadata;

namespace Tatara.CloudController.Services;

internal sealed record ServiceInstanceResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, IReadOnlyList<string> Tags, string Type, string? SyslogDrainUrl,
    string? RouteServiceUrl, LastOperation LastOperation, SpaceRelationship Relationships, MetadataResponse Metadata, IReadOnlyDictionary<string, Link> Links)
{
    public const string UserProvided = "user-provided";

    public static ServiceInstanceResponse From(ServiceInstance i, Links links) => new(
        i.Guid, i.CreatedAt, i.UpdatedAt, i.Name, i.Tags, UserProvided, i.SyslogDrainUrl, i.RouteServiceUrl, LastOperation.Done(i),
        new SpaceRelationship(Relationship.To(i.SpaceGuid)), MetadataResponse.Of(i), new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/service_instances/{i.Guid}"),
            ["space"] = links.To($"/v3/spaces/{i.SpaceGuid}"),
            ["service_credential_bindings"] = links.To($"/v3/service_credential_bindings?service_instance_guids={i.Guid}"),
            ["service_route_bindings"] = links.To($"/v3/service_route_bindings?service_instance_guids={i.Guid}"),
            ["credentials"] = links.To($"/v3/service_instances/{i.Guid}/credentials"),
        });
}

internal sealed record SpaceRelationship(Relationship Space);

/// <summary>Nothing about user-provided services takes time.</summary>
internal sealed record LastOperation(string Type, string State, string Description, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static LastOperation Done(Entity entity) => new("create", "succeeded", "Operation succeeded", entity.CreatedAt, entity.CreatedAt);
}

internal sealed record RouteBindingResponse(
    string Guid, string? RouteServiceUrl, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, LastOperation LastOperation, MetadataResponse Metadata,
    RouteBindingRelationships Relationships, IReadOnlyDictionary<string, Link> Links)
{
    public static RouteBindingResponse From(RouteBinding b, ServiceInstance instance, Links links) => new(
        b.Guid, instance.RouteServiceUrl, b.CreatedAt, b.UpdatedAt, LastOperation.Done(b), MetadataResponse.Of(b),
        new RouteBindingRelationships(Relationship.To(b.ServiceInstanceGuid), Relationship.To(b.RouteGuid)), new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/service_route_bindings/{b.Guid}"),
            ["service_instance"] = links.To($"/v3/service_instances/{b.ServiceInstanceGuid}"),
            ["route"] = links.To($"/v3/routes/{b.RouteGuid}"),
        });
}

internal sealed record RouteBindingRelationships(Relationship ServiceInstance, Relationship Route);
