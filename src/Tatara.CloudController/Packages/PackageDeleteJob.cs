using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Packages;

/// <summary>Removes a package and its bits.</summary>
internal sealed class PackageDeleteJob(CloudControllerDbContext db, IBlobstore blobs) : IJobHandler
{
    public const string Operation = "package.delete";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        await db.Packages.Where(p => p.Guid == guid).ExecuteDeleteAsync(cancellationToken);
        blobs.Delete(BlobKeys.Package(guid));
    }
}
