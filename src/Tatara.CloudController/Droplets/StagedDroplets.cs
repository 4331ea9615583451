using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Droplets;

/// <summary>Takes the droplets that stagers bring, before their reply says which of them counts.</summary>
internal sealed class StagedDroplets(CloudControllerDbContext db, IBlobstore blobs)
{
    public const long MaxDropletBytes = 4L << 30;
    public const long MaxCacheBytes = 1L << 30;

    /// <summary>Each upload becomes a droplet of its own: a build that was staged twice by mistake cannot mix them up.</summary>
    public async Task SaveAsync(string buildGuid, Stream content, string sha1, CancellationToken cancellationToken)
    {
        var build = await db.Builds.AsNoTracking().SingleOrDefaultAsync(b => b.Guid == buildGuid, cancellationToken) ?? throw ApiErrors.ResourceNotFound("Build");
        if (build.State != BuildStates.Staging) throw ApiErrors.Unprocessable("The build is not staging any more.");
        var droplet = new Droplet
        {
            AppGuid = build.AppGuid,
            PackageGuid = build.PackageGuid,
            BuildGuid = buildGuid,
            State = DropletStates.ProcessingUpload,
            Stack = build.Stack,
        };
        var info = await blobs.PutAsync(BlobKeys.Droplet(droplet.Guid), content, MaxDropletBytes, sha1, cancellationToken);
        (droplet.Sha1, droplet.Sha256, droplet.SizeBytes) = (info.Sha1, info.Sha256, info.Size);
        db.Droplets.Add(droplet);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch
        {
            await blobs.DeleteIfPossibleAsync(BlobKeys.Droplet(droplet.Guid));
            throw;
        }
    }

    /// <summary>The droplet of the build with this hash; the others of the build are forgotten. Saved by the caller.</summary>
    public async Task<Droplet?> TakeAsync(Build build, string? sha1, CancellationToken cancellationToken)
    {
        var uploaded = await db.Droplets.Where(d => d.BuildGuid == build.Guid).OrderBy(d => d.Id).ToListAsync(cancellationToken);
        var taken = uploaded.LastOrDefault(d => d.Sha1 == sha1);
        foreach (var other in uploaded.Where(d => d != taken))
        {
            await blobs.DeleteIfPossibleAsync(BlobKeys.Droplet(other.Guid));
            db.Droplets.Remove(other);
        }
        return taken;
    }
}
