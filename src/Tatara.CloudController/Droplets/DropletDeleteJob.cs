using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Droplets;

/// <summary>Removes a droplet and its bits, unless an app took it meanwhile.</summary>
internal sealed class DropletDeleteJob(CloudControllerDbContext db, IBlobstore blobs) : IJobHandler
{
    public const string Operation = "droplet.delete";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        await db.Droplets
            .Where(d => d.Guid == guid && !db.Apps.Any(a => a.CurrentDropletGuid == guid))
            .ExecuteDeleteAsync(cancellationToken);
        if (!await db.Droplets.AnyAsync(d => d.Guid == guid, cancellationToken)) await blobs.DeleteAsync(BlobKeys.Droplet(guid), cancellationToken);
    }
}
