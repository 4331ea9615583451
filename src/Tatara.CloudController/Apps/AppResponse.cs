using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Metadata;

namespace Tatara.CloudController.Apps;

internal sealed record AppResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string State, LifecycleResponse Lifecycle,
    AppRelationships Relationships, MetadataResponse Metadata, IReadOnlyDictionary<string, Link> Links)
{
    public static AppResponse From(App app, Links links)
    {
        var self = $"/v3/apps/{app.Guid}";
        return new AppResponse(
            app.Guid, app.CreatedAt, app.UpdatedAt, app.Name, app.DesiredState,
            LifecycleResponse.Of(app.LifecycleType, app.Buildpacks, app.Stack),
            new AppRelationships(Relationship.To(app.SpaceGuid), Relationship.To(app.CurrentDropletGuid)),
            MetadataResponse.Of(app),
            new Dictionary<string, Link>
            {
                ["self"] = links.To(self),
                ["environment_variables"] = links.To($"{self}/environment_variables"),
                ["space"] = links.To($"/v3/spaces/{app.SpaceGuid}"),
                ["processes"] = links.To($"{self}/processes"),
                ["packages"] = links.To($"{self}/packages"),
                ["current_droplet"] = links.To($"{self}/droplets/current"),
                ["droplets"] = links.To($"{self}/droplets"),
                ["tasks"] = links.To($"{self}/tasks"),
                ["start"] = links.Post($"{self}/actions/start"),
                ["stop"] = links.Post($"{self}/actions/stop"),
                ["clear_buildpack_cache"] = links.Post($"{self}/actions/clear_buildpack_cache"),
                ["revisions"] = links.To($"{self}/revisions"),
                ["deployed_revisions"] = links.To($"{self}/revisions/deployed"),
                ["features"] = links.To($"{self}/features"),
            });
    }
}

internal sealed record AppRelationships(Relationship Space, Relationship CurrentDroplet);

internal sealed record LifecycleResponse(string Type, LifecycleData Data)
{
    /// <summary>Buildpack URLs may carry credentials, which are nobody's business.</summary>
    public static LifecycleResponse Of(string type, IReadOnlyList<string> buildpacks, string? stack) =>
        new(type, new LifecycleData([.. buildpacks.Select(BuildpackNames.HideCredentials)], stack));
}

internal sealed record LifecycleData(IReadOnlyList<string> Buildpacks, string? Stack);
