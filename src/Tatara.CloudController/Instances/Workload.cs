using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Instances;

/// <summary>Everything that decides what the instances of a process are.</summary>
/// <param name="Droplet">What should run; null: nothing was staged and chosen yet.</param>
internal sealed record Workload(Process Process, App App, Droplet? Droplet, ProcessRoutes Routes)
{
    /// <summary>How many instances should run.</summary>
    public int Wanted =>
        App.DesiredState == AppStates.Started && !App.Deleting && Droplet is { State: DropletStates.Staged } ? Process.Instances : 0;

    /// <summary>Null when there is no such process.</summary>
    public static async Task<Workload?> ReadAsync(CloudControllerDbContext db, string processGuid, CancellationToken cancellationToken)
    {
        var process = await db.Processes.AsNoTracking().SingleOrDefaultAsync(p => p.Guid == processGuid, cancellationToken);
        if (process is null) return null;
        var app = await db.Apps.AsNoTracking().SingleAsync(a => a.Guid == process.AppGuid, cancellationToken);
        var droplet = await db.Droplets.AsNoTracking().SingleOrDefaultAsync(d => d.Guid == app.CurrentDropletGuid, cancellationToken);
        var uris = await RouteUris.ReadAsync(db, app.Guid, cancellationToken);
        return new Workload(process, app, droplet, uris.Of(process.Type));
    }
}
