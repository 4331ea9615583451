using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.BuildpackCaches;

/// <param name="AppGuid">Null: those of all apps.</param>
internal sealed record BuildpackCachesToClear(string? AppGuid);

/// <summary>Removes caches. Whoever clears one distrusts what was staged with it: so no droplet made with it is reused for the next push.</summary>
internal sealed class BuildpackCacheClearing(CloudControllerDbContext db, IBlobstore blobs) : IJobHandler
{
    public const string Operation = "buildpack_cache.clear";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var app = job.ReadPayload<BuildpackCachesToClear>().AppGuid;
        await blobs.DeleteAllAsync(app is null ? BlobKeys.AllBuildpackCaches : BlobKeys.BuildpackCaches(app), cancellationToken);
        await db.Builds
            .Where(b => (app == null || b.AppGuid == app) && b.StagingKey != null)
            .ExecuteUpdateAsync(s => s.SetProperty(b => b.StagingKey, (string?)null), cancellationToken);
    }
}
