using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Packages;

/// <summary>What an upload left for the job.</summary>
/// <param name="UploadKey">Blob of the bits; null when everything was matched.</param>
internal sealed record PackageUpload(string PackageGuid, string? UploadKey, IReadOnlyList<ResourceFingerprint> Resources);

/// <summary>Makes an upload into a package. Runs again from the start after a crash: the upload stays until the package is READY or FAILED.</summary>
internal sealed partial class PackageUploadJob(
    CloudControllerDbContext db, IBlobstore blobs, PackageAssembler assembler, PackageNews news, ILogger<PackageUploadJob> logger) : IJobHandler
{
    public const string Operation = "package.upload";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var upload = job.ReadPayload<PackageUpload>();
        var package = await db.Packages.SingleOrDefaultAsync(p => p.Guid == upload.PackageGuid, cancellationToken);
        if (package is { State: PackageStates.ProcessingUpload })
        {
            await AssembleAsync(package, upload, cancellationToken);
            if (await IsGoneAsync(cancellationToken)) blobs.Delete(BlobKeys.Package(package.Guid));
        }
        if (upload.UploadKey is not null) blobs.Delete(upload.UploadKey);
        news.Tell(upload.PackageGuid);
    }

    private async Task AssembleAsync(Package package, PackageUpload upload, CancellationToken cancellationToken)
    {
        try
        {
            var info = await assembler.AssembleAsync(upload.UploadKey, upload.Resources, BlobKeys.Package(package.Guid), cancellationToken);
            (package.State, package.Sha1, package.Sha256, package.SizeBytes) = (PackageStates.Ready, info.Sha1, info.Sha256, info.Size);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (e is not (PackageInvalidException or BlobException)) Log.Failed(logger, package.Guid, e);
            package.State = PackageStates.Failed;
            package.Error = e is PackageInvalidException or BlobException ? e.Message : "The package could not be processed.";
        }
    }

    /// <summary>Saves the outcome; an app that was deleted meanwhile took its package with it.</summary>
    private async Task<bool> IsGoneAsync(CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return false;
        }
        catch (DbUpdateConcurrencyException)
        {
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Package {Guid} cannot be processed")]
        public static partial void Failed(ILogger logger, string guid, Exception exception);
    }
}
