using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Buildpacks;
using Tatara.CloudController.Data;
using Tatara.CloudController.Droplets;

namespace Tatara.CloudController.Blobs;

/// <summary>
/// Removes the bits that nobody will ask for: 1. half-written ones, 2. uploads that no job works on, 3. packages, droplets and
/// buildpacks without a row, or expired, 4. more packages and droplets of an app than are kept, 5. build caches beyond their bound.
/// </summary>
internal sealed partial class BlobCleaning(
    CloudControllerDbContext db, IBlobstore blobs, BitsExpiration expiration, CloudControllerOptions options, TimeProvider time, ILogger<BlobCleaning> logger)
{
    /// <summary>Bits are stored before the row or the job that names them.</summary>
    public static readonly TimeSpan NamingTime = TimeSpan.FromHours(1);

    private const int Batch = 200;

    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        await blobs.RemoveLeftoversAsync(cancellationToken); // 1.
        await RemoveUploadsAsync(cancellationToken); // 2.
        await RemoveNamelessAsync("packages", Last, (guids, c) => // 3.
            db.Packages.Where(p => guids.Contains(p.Guid) && p.State != PackageStates.Expired).Select(p => p.Guid).ToListAsync(c), cancellationToken);
        await RemoveNamelessAsync("droplets", Last, (guids, c) =>
            db.Droplets.Where(d => guids.Contains(d.Guid) && d.State != DropletStates.Expired).Select(d => d.Guid).ToListAsync(c), cancellationToken);
        await RemoveNamelessAsync(BlobKeys.AllBuildpackCaches, AppOfCache, (guids, c) =>
            db.Apps.Where(a => guids.Contains(a.Guid)).Select(a => a.Guid).ToListAsync(c), cancellationToken);
        var buildpacks = await db.Buildpacks.Where(b => b.Sha256 != null).Select(b => new { b.Guid, b.Sha256 }).ToListAsync(cancellationToken);
        await RemoveNamelessAsync("buildpacks", Last, (_, _) => Task.FromResult(buildpacks.ConvertAll(b => BuildpackBits.Key(b.Guid, b.Sha256!))), cancellationToken);
        await ExpireAsync(cancellationToken); // 4.
        await BoundCachesAsync(cancellationToken); // 5.
    }

    private static string Last(string key) => key[(key.LastIndexOf('/') + 1)..];

    private static string AppOfCache(string key) => key.Split('/')[1];

    private bool IsSettled(StoredBlob blob) => time.GetUtcNow() - blob.WrittenAt > NamingTime;

    private async Task RemoveUploadsAsync(CancellationToken cancellationToken)
    {
        var old = await blobs.ListAsync(BlobKeys.Uploads, cancellationToken).Where(IsSettled).ToListAsync(cancellationToken);
        if (old.Count == 0) return;
        var underWay = await db.Jobs.Where(j => j.State == JobStates.Processing).Select(j => j.Payload).ToListAsync(cancellationToken);
        foreach (var blob in old.Where(b => !underWay.Any(payload => payload.Contains(b.Key, StringComparison.Ordinal)))) await RemoveAsync(blob, cancellationToken);
    }

    private async Task RemoveNamelessAsync(
        string prefix, Func<string, string> ownerOf, Func<IReadOnlyList<string>, CancellationToken, Task<List<string>>> findOwners, CancellationToken cancellationToken)
    {
        await foreach (var batch in blobs.ListAsync(prefix, cancellationToken).Where(IsSettled).Chunk(Batch).WithCancellation(cancellationToken))
        {
            var owners = await findOwners([.. batch.Select(b => ownerOf(b.Key)).Distinct()], cancellationToken);
            foreach (var blob in batch.Where(b => !owners.Contains(ownerOf(b.Key)))) await RemoveAsync(blob, cancellationToken);
        }
    }

    /// <summary>Staging expires what is old; an app whose stagings fail has packages all the same.</summary>
    private async Task ExpireAsync(CancellationToken cancellationToken)
    {
        var full = await db.Packages.Where(p => p.State == PackageStates.Ready)
            .GroupBy(p => p.AppGuid).Where(g => g.Count() > BitsExpiration.KeptPackages).Select(g => g.Key)
            .ToListAsync(cancellationToken);
        foreach (var app in full) await expiration.ExpireAsync(app, cancellationToken);
    }

    private async Task BoundCachesAsync(CancellationToken cancellationToken)
    {
        var caches = await blobs.ListAsync(BlobKeys.AllBuildpackCaches, cancellationToken).OrderBy(b => b.WrittenAt).ToListAsync(cancellationToken);
        var excess = caches.Sum(c => c.Size) - (options.BuildpackCachesMb << 20);
        foreach (var cache in caches)
        {
            if (excess <= 0) return;
            await RemoveAsync(cache, cancellationToken);
            excess -= cache.Size;
        }
    }

    private Task RemoveAsync(StoredBlob blob, CancellationToken cancellationToken)
    {
        Log.Removed(logger, blob.Key, blob.Size);
        return blobs.DeleteAsync(blob.Key, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Key} ({Bytes} bytes) from the blobstore: nobody needs it")]
        public static partial void Removed(ILogger logger, string key, long bytes);
    }
}
