using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Packages;

/// <summary>What an upload left for the job.</summary>
/// <param name="Bits">The blob that took them; null when everything was matched.</param>
internal sealed record PackageUpload(string PackageGuid, BlobInfo? Bits, IReadOnlyList<ResourceFingerprint> Resources);

/// <summary>Makes an upload into a package. Runs again from the start after a crash: the upload stays until the package is READY or FAILED.</summary>
internal sealed partial class PackageUploadJob(
    CloudControllerDbContext db, IBlobstore blobs, PackageAssembler assembler, ResourceCache cache, PackageNews news, ILogger<PackageUploadJob> logger) : IJobHandler
{
    public const string Operation = "package.upload";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var upload = job.ReadPayload<PackageUpload>();
        var package = await db.Packages.SingleOrDefaultAsync(p => p.Guid == upload.PackageGuid, cancellationToken);
        if (package is { State: PackageStates.ProcessingUpload })
        {
            var entries = await AssembleAsync(job, package, upload, cancellationToken);
            var isGone = await IsGoneAsync(cancellationToken);
            await ForgetUploadAsync(upload);
            // Whoever waits for the package need not wait for what later pushes gain by it.
            news.Tell(package.Guid);
            if (isGone) await blobs.DeleteIfPossibleAsync(BlobKeys.Package(package.Guid));
            else await RememberAsync(package.Guid, entries, cancellationToken);
            return;
        }
        await ForgetUploadAsync(upload);
    }

    private async Task ForgetUploadAsync(PackageUpload upload)
    {
        if (upload.Bits is not null) await blobs.DeleteIfPossibleAsync(upload.Bits.Key);
    }

    /// <summary>What the package consists of; nothing when it failed.</summary>
    private async Task<IReadOnlyList<PackageEntry>> AssembleAsync(Job job, Package package, PackageUpload upload, CancellationToken cancellationToken)
    {
        try
        {
            var (bits, entries) = await assembler.AssembleAsync(upload.Bits, upload.Resources, package.Guid, cancellationToken);
            (package.State, package.Sha1, package.Sha256, package.SizeBytes) = (PackageStates.Ready, bits.Sha1, bits.Sha256, bits.Size);
            package.ContentDigest = ContentDigest.Of(entries);
            return entries;
        }
        catch (Exception e) when (e is not OperationCanceledException && (e is not BlobstoreUnavailableException || JobRetries.IsLast(job, e)))
        {
            if (e is not (PackageInvalidException or BlobException)) Log.Failed(logger, package.Guid, e);
            package.State = PackageStates.Failed;
            package.Error = e is PackageInvalidException or BlobException ? e.Message : "The package could not be processed.";
            return [];
        }
    }

    /// <summary>Without it the next push sends more, that is all.</summary>
    private async Task RememberAsync(string packageGuid, IReadOnlyList<PackageEntry> entries, CancellationToken cancellationToken)
    {
        try
        {
            var files = entries.Where(e => e.Kind == EntryKind.File).Select(e => (e.Sha1!, e.Content));
            await cache.RememberAsync(packageGuid, files, cancellationToken);
        }
        catch (DbException e)
        {
            Log.NotRemembered(logger, packageGuid, e);
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

        [LoggerMessage(Level = LogLevel.Warning, Message = "The files of package {Guid} are not remembered for later uploads")]
        public static partial void NotRemembered(ILogger logger, string guid, Exception exception);
    }
}
