using Tatara.CloudController.Api;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Packages;

namespace Tatara.CloudController.Droplets;

/// <summary>A droplet as the API shows it.</summary>
internal sealed record DropletResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string State, string? Error, DropletLifecycle Lifecycle, Checksum? Checksum,
    IReadOnlyList<DropletBuildpack> Buildpacks, string? Stack, string? Image, string ExecutionMetadata, IReadOnlyDictionary<string, string?> ProcessTypes,
    DropletRelationships Relationships, MetadataResponse Metadata, IReadOnlyDictionary<string, Link> Links)
{
    private const string Redacted = "[PRIVATE DATA HIDDEN]";

    /// <param name="showSecrets">Commands can hold passwords.</param>
    public static DropletResponse Of(Droplet droplet, Links links, bool showSecrets)
    {
        var self = $"/v3/droplets/{droplet.Guid}";
        var all = new Dictionary<string, Link>
        {
            ["self"] = links.To(self),
            ["app"] = links.To($"/v3/apps/{droplet.AppGuid}"),
            ["assign_current_droplet"] = new(links.ApiUrl + $"/v3/apps/{droplet.AppGuid}/relationships/current_droplet", "PATCH"),
        };
        if (droplet.PackageGuid is not null) all["package"] = links.To($"/v3/packages/{droplet.PackageGuid}");
        if (droplet.State == DropletStates.AwaitingUpload) all["upload"] = links.Post(self + "/upload");
        if (droplet.State == DropletStates.Staged) all["download"] = links.To(self + "/download");
        return new DropletResponse(
            droplet.Guid, droplet.CreatedAt, droplet.UpdatedAt, droplet.State, droplet.Error, new DropletLifecycle(droplet.LifecycleType, new { }),
            droplet.Sha256 is null && droplet.Sha1 is null ? null : Packages.Checksum.Of(droplet.Sha256, droplet.Sha1),
            [.. droplet.Buildpacks.Select(b => b with { Name = BuildpackNames.HideCredentials(b.Name) })], droplet.Stack, null,
            showSecrets ? droplet.ExecutionMetadata : Redacted,
            showSecrets ? droplet.ProcessTypes : droplet.ProcessTypes.ToDictionary(p => p.Key, _ => (string?)Redacted),
            new DropletRelationships(Relationship.To(droplet.AppGuid)),
            MetadataResponse.Of(droplet), all);
    }
}

internal sealed record DropletLifecycle(string Type, object Data);

internal sealed record DropletRelationships(Relationship App);
