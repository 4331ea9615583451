using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Spaces;

namespace Tatara.CloudController.Organizations;

/// <summary>Deletes an organization with all that is in it.</summary>
internal sealed class OrganizationDeletion(CloudControllerDbContext db, SpaceRemoval spaces) : IJobHandler
{
    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        foreach (var space in await db.Spaces.Where(s => s.OrganizationGuid == guid).ToListAsync(cancellationToken))
            await spaces.RemoveAsync(space, cancellationToken);
        if (await db.Organizations.SingleOrDefaultAsync(o => o.Guid == guid, cancellationToken) is not { } organization) return;
        db.Organizations.Remove(organization);
        await db.SaveChangesAsync(cancellationToken);
    }
}
