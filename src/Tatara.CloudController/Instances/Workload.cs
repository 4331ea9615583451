using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Sidecars;
using Tatara.Protocol;

namespace Tatara.CloudController.Instances;

/// <summary>Everything that decides what the instances of a process are.</summary>
/// <param name="Droplet">What should run; null: nothing was staged and chosen yet.</param>
/// <param name="Sidecars">What runs beside it; null: nothing.</param>
internal sealed record Workload(Process Process, App App, Droplet? Droplet, ProcessRoutes Routes, IReadOnlyList<SidecarSpec>? Sidecars)
{
    /// <summary>How many instances should run.</summary>
    public int Wanted =>
        App.DesiredState == AppStates.Started && !App.Deleting && Droplet is { State: DropletStates.Staged } ? Process.Instances : 0;

    /// <summary>Null when there is no such process.</summary>
    public static async Task<Workload?> ReadAsync(CloudControllerDbContext db, string processGuid, CancellationToken cancellationToken) =>
        (await ReadManyAsync(db, [processGuid], cancellationToken)).GetValueOrDefault(processGuid);

    /// <summary>By the guids of their processes, with as many queries for many as for one. Those that are no more are left out.</summary>
    public static async Task<IReadOnlyDictionary<string, Workload>> ReadManyAsync(
        CloudControllerDbContext db, IReadOnlyCollection<string> processGuids, CancellationToken cancellationToken)
    {
        var processes = await db.Processes.AsNoTracking().Where(p => processGuids.Contains(p.Guid)).ToListAsync(cancellationToken);
        var appGuids = processes.Select(p => p.AppGuid).Distinct().ToList();
        var apps = await db.Apps.AsNoTracking().Where(a => appGuids.Contains(a.Guid)).ToDictionaryAsync(a => a.Guid, cancellationToken);
        var dropletGuids = apps.Values.Select(a => a.CurrentDropletGuid).OfType<string>().ToList();
        var droplets = await db.Droplets.AsNoTracking().Where(d => dropletGuids.Contains(d.Guid)).ToDictionaryAsync(d => d.Guid, cancellationToken);
        var uris = await RouteUris.ReadManyAsync(db, appGuids, cancellationToken);
        var sidecars = await SidecarStore.ReadManyAsync(db, appGuids, cancellationToken);
        return processes.Where(p => apps.ContainsKey(p.AppGuid)).ToDictionary(p => p.Guid, process =>
        {
            var app = apps[process.AppGuid];
            return new Workload(
                process, app, app.CurrentDropletGuid is { } droplet ? droplets.GetValueOrDefault(droplet) : null,
                uris[app.Guid].Of(process.Type), SidecarStore.Beside(sidecars[app.Guid], process));
        });
    }
}
