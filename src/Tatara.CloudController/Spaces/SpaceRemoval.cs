using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Spaces;

/// <summary>Removes a space with its apps and routes.</summary>
internal sealed class SpaceRemoval(CloudControllerDbContext db, AppRemoval apps)
{
    public async Task RemoveAsync(Space space, CancellationToken cancellationToken)
    {
        foreach (var app in await db.Apps.Where(a => a.SpaceGuid == space.Guid).Select(a => a.Guid).ToListAsync(cancellationToken))
            await apps.RemoveAsync(app, cancellationToken);
        db.Spaces.Remove(space);
        await db.SaveChangesAsync(cancellationToken);
    }
}

/// <summary>The job behind DELETE /v3/spaces/GUID.</summary>
internal sealed class SpaceDeletion(CloudControllerDbContext db, SpaceRemoval removal) : IJobHandler
{
    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        if (await db.Spaces.SingleOrDefaultAsync(s => s.Guid == guid, cancellationToken) is { } space) await removal.RemoveAsync(space, cancellationToken);
    }
}
