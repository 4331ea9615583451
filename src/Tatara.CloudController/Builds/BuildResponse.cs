using Tatara.CloudController.Api;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;
using Tatara.CloudController.Metadata;

namespace Tatara.CloudController.Builds;

/// <summary>A build as the API shows it.</summary>
internal sealed record BuildResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string State, int StagingMemoryInMb, int StagingDiskInMb,
    long StagingLogRateLimitBytesPerSecond, string? Error, BuildLifecycle Lifecycle, GuidReference Package, GuidReference? Droplet, BuildCreator CreatedBy,
    BuildRelationships Relationships, MetadataResponse Metadata, IReadOnlyDictionary<string, Link> Links)
{
    public static BuildResponse Of(Build build, Links links)
    {
        var all = new Dictionary<string, Link> { ["self"] = links.To($"/v3/builds/{build.Guid}"), ["app"] = links.To($"/v3/apps/{build.AppGuid}") };
        if (build.DropletGuid is not null) all["droplet"] = links.To($"/v3/droplets/{build.DropletGuid}");
        return new BuildResponse(
            build.Guid, build.CreatedAt, build.UpdatedAt, build.State, build.StagingMemoryMb, build.StagingDiskMb, build.StagingLogRateLimit, build.Error,
            new BuildLifecycle(build.LifecycleType, new BuildLifecycleData([.. build.Buildpacks.Select(BuildpackNames.HideCredentials)], build.Stack)),
            new GuidReference(build.PackageGuid),
            build.DropletGuid is null ? null : new GuidReference(build.DropletGuid),
            new BuildCreator(build.CreatedByGuid, build.CreatedByName, build.CreatedByName),
            new BuildRelationships(Relationship.To(build.AppGuid)),
            MetadataResponse.Of(build), all);
    }
}

internal sealed record BuildLifecycle(string Type, BuildLifecycleData Data);

internal sealed record BuildLifecycleData(IReadOnlyList<string> Buildpacks, string? Stack);

internal sealed record BuildCreator(string? Guid, string? Name, string? Email);

internal sealed record BuildRelationships(Relationship App);
