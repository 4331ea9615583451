using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Droplets;

/// <summary>What an uploaded droplet left for the job.</summary>
internal sealed record DropletUpload(string DropletGuid, string UploadKey, string Sha1, string Sha256, long Size);

/// <summary>Puts an uploaded droplet into its place. What is in it is checked by the DEA that unpacks it.</summary>
internal sealed class DropletUploadJob(CloudControllerDbContext db, IBlobstore blobs) : IJobHandler
{
    public const string Operation = "droplet.upload";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var upload = job.ReadPayload<DropletUpload>();
        var droplet = await db.Droplets.SingleOrDefaultAsync(d => d.Guid == upload.DropletGuid, cancellationToken);
        if (droplet is null)
        {
            await blobs.DeleteIfPossibleAsync(upload.UploadKey);
            throw ApiErrors.ResourceNotFound("Droplet");
        }
        // After a crash between these two steps the upload has moved already.
        if (!await blobs.MoveAsync(upload.UploadKey, BlobKeys.Droplet(droplet.Guid), cancellationToken)
            && await blobs.SizeAsync(BlobKeys.Droplet(droplet.Guid), cancellationToken) != upload.Size)
        {
            (droplet.State, droplet.Error) = (DropletStates.Failed, "The uploaded bits are gone.");
            await db.SaveChangesAsync(cancellationToken);
            throw ApiErrors.Unprocessable(droplet.Error);
        }
        (droplet.State, droplet.Sha1, droplet.Sha256, droplet.SizeBytes) = (DropletStates.Staged, upload.Sha1, upload.Sha256, upload.Size);
        await db.SaveChangesAsync(cancellationToken);
    }
}
