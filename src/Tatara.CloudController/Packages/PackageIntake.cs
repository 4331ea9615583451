using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Packages;

/// <summary>Hands an upload to the job that makes a package of it.</summary>
internal sealed class PackageIntake(CloudControllerDbContext db, EventRecorder events, JobQueue jobs, JobSignal signal, PackageNews news)
{
    /// <summary>Returns when the package is done, or after a moment: most are done by then. Once it returns or was cancelled, the job owns the upload.</summary>
    /// <exception cref="ApiException">Another upload was first.</exception>
    public async Task TakeAsync(Package package, App app, Space space, PackageUpload upload, CancellationToken cancellationToken)
    {
        Func<CancellationToken, Task> done;
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            var taken = await db.Packages
                .Where(p => p.Guid == package.Guid && p.State == PackageStates.AwaitingUpload)
                .ExecuteUpdateAsync(s => s.SetProperty(p => p.State, PackageStates.ProcessingUpload), cancellationToken);
            if (taken == 0) throw AlreadyUploaded();
            done = news.Expect(package.Guid);
            events.Record("audit.app.package.upload", app, space, new { package_guid = package.Guid });
            await jobs.EnqueueAsync(PackageUploadJob.Operation, upload, ("package", package.Guid), cancellationToken);
            await transaction.CommitAsync(CancellationToken.None);
        }
        signal.Wake();
        await done(cancellationToken);
    }

    public static ApiException AlreadyUploaded() =>
        ApiErrors.Make(400, 150004, "PackageBitsAlreadyUploaded", "Bits may be uploaded only once. Create a new package to upload different bits.");
}
