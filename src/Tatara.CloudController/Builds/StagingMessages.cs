using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Buildpacks;
using Tatara.CloudController.Data;
using Tatara.CloudController.Environments;
using Tatara.CloudController.Instances;
using Tatara.CloudController.NetworkPolicies;
using Tatara.Protocol;

namespace Tatara.CloudController.Builds;

/// <summary>Writes staging.ID.start messages.</summary>
internal sealed class StagingMessages(CloudControllerDbContext db, NetworkRulesReader network, BlobUrls urls, Links links, CloudControllerOptions options, StagingTimes times)
{
    public string StackOf(Build build) => build.Stack ?? options.DefaultStack;

    public async Task<StagingStartMessage> CreateAsync(Build build, CancellationToken cancellationToken)
    {
        var app = await db.Apps.AsNoTracking().SingleAsync(a => a.Guid == build.AppGuid, cancellationToken);
        var surroundings = await AppSurroundings.ReadAsync(db, app, EnvironmentGroups.Staging, cancellationToken);
        var uris = await RouteUris.ReadAsync(db, app.Guid, cancellationToken);
        var stack = StackOf(build);
        var installed = await InstalledAsync(stack, cancellationToken);
        var limits = new VcapLimits(StartMessages.FileDescriptors, build.StagingMemoryMb, build.StagingDiskMb);
        return new StagingStartMessage(
            AppId: app.Guid,
            TaskId: build.Guid,
            Properties: new StagingProperties(
                [.. build.Buildpacks.Select(b => KeyOf(b, installed))],
                surroundings.Environment(),
                new InstanceLimits(build.StagingMemoryMb, build.StagingDiskMb, StartMessages.FileDescriptors, build.StagingLogRateLimit),
                VcapApplication: VcapApplication.Of(surroundings, uris.Shown, build.Guid, limits, links.ApiUrl, process: null),
                TimeoutSeconds: (int)times.Timeout.TotalSeconds),
            DownloadUri: urls.PackageDownload(build.PackageGuid),
            UploadUri: urls.DropletUpload(build.Guid),
            BuildpackCacheDownloadUri: urls.CacheDownload(app.Guid, stack),
            BuildpackCacheUploadUri: urls.CacheUpload(app.Guid, stack),
            AdminBuildpacks: [.. installed.Select(b => new AdminBuildpack(KeyOf(b), urls.BuildpackDownload(KeyOf(b)), b.Name, b.Stack))],
            Stack: stack,
            EgressNetworkRules: await network.OfSpaceAsync(app.SpaceGuid, SecurityPhase.Staging, cancellationToken));
    }

    /// <summary>In detection order: those of this stack, and those of none, which fit every one.</summary>
    private Task<List<Buildpack>> InstalledAsync(string stack, CancellationToken cancellationToken) =>
        db.Buildpacks.AsNoTracking()
            .Where(b => b.Enabled && b.State == "READY" && b.Sha256 != null && (b.Stack == null || b.Stack == stack))
            .OrderBy(b => b.Position).ThenBy(b => b.Id)
            .ToListAsync(cancellationToken);

    /// <summary>The key of an installed buildpack; a URL stays what it is.</summary>
    private static string KeyOf(string nameOrUrl, List<Buildpack> installed) => installed.FirstOrDefault(b => b.Name == nameOrUrl) is { } b ? KeyOf(b) : nameOrUrl;

    private static string KeyOf(Buildpack buildpack) => BuildpackBits.Key(buildpack.Guid, buildpack.Sha256!);
}
