using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Apps;

/// <summary>Removes an app: 1. nothing starts it any more, 2. its instances stop, 3. its bits go, 4. its rows go, and with them its mapped routes.</summary>
internal sealed class AppRemoval(CloudControllerDbContext db, IInstanceControl instances)
{
    public async Task RemoveAsync(string guid, CancellationToken cancellationToken)
    {
        if (await db.Apps.SingleOrDefaultAsync(a => a.Guid == guid, cancellationToken) is not { } app) return;
        app.Deleting = true;
        app.DesiredState = AppStates.Stopped;
        await db.SaveChangesAsync(cancellationToken);
        var processes = await db.Processes.Where(p => p.AppGuid == guid).Select(p => p.Guid).ToListAsync(cancellationToken);
        await instances.StopAsync(guid, processes, cancellationToken);
        await instances.DeleteBitsAsync(guid, cancellationToken);
        db.Apps.Remove(app);
        await db.SaveChangesAsync(cancellationToken);
    }
}

/// <summary>The job behind DELETE /v3/apps/GUID.</summary>
internal sealed class AppDeletion(AppRemoval removal) : IJobHandler
{
    public Task RunAsync(Job job, CancellationToken cancellationToken) => removal.RemoveAsync(job.ReadPayload<string>(), cancellationToken);
}
