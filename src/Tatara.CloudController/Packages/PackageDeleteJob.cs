using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Builds;
using Tatara.CloudController.Data;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Packages;

/// <summary>Removes a package and its bits. What is being staged from it ends.</summary>
internal sealed class PackageDeleteJob(CloudControllerDbContext db, BuildCancellation builds, IBlobstore blobs) : IJobHandler
{
    public const string Operation = "package.delete";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        foreach (var build in await db.Builds.AsNoTracking().Where(b => b.PackageGuid == guid && b.State == BuildStates.Staging).ToListAsync(cancellationToken))
            await builds.EndAsync(build, StagingErrors.StagingError, "the package was deleted", cancellationToken);
        await db.Packages.Where(p => p.Guid == guid).ExecuteDeleteAsync(cancellationToken);
        await blobs.DeleteAsync(BlobKeys.Package(guid), cancellationToken);
    }
}
