using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Deas;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Instances;

/// <summary>Brings running instances in line with the database, by messages that nobody waits for.</summary>
internal sealed class InstanceControl(
    CloudControllerDbContext db, DeaClient deas, InstanceStarter starter, WaitingInstances waiting, ProcessLocks locks, NatsConnection bus, IBlobstore blobs)
    : IInstanceControl
{
    /// <summary>1. what is wanted, 2. what DEAs were told last, 3. tell them the difference, 4. remember that, 5. tell the Health Manager.</summary>
    public async Task DesiredStateChangedAsync(string processGuid, CancellationToken cancellationToken)
    {
        await locks.RunAsync(db, processGuid, () => TellAsync(processGuid, cancellationToken), cancellationToken);
        await bus.PublishAsync(Subjects.DropletUpdated, new DropletUpdated(processGuid), cancellationToken: cancellationToken); // 5.
    }

    public async Task StopAsync(string appGuid, IReadOnlyList<string> processGuids, CancellationToken cancellationToken)
    {
        await bus.PublishAsync(Subjects.StagingStop, new StagingStopMessage(appGuid), cancellationToken: cancellationToken);
        foreach (var process in processGuids)
        {
            await deas.StopAsync(new DeaStopMessage(process), cancellationToken);
            await bus.PublishAsync(Subjects.DropletUpdated, new DropletUpdated(process), cancellationToken: cancellationToken);
        }
    }

    /// <summary>The new one is started here: a stop that was asked for is no crash, so the Health Manager would wait.</summary>
    public async Task StopInstanceAsync(Process process, int index, CancellationToken cancellationToken)
    {
        var running = await deas.FindAsync(
            new FindDropletRequest(process.Guid, process.Version, Indices: [index]), [index], DeaClient.FindBound, cancellationToken);
        if (running.Count > 0)
            await deas.StopAsync(new DeaStopMessage(process.Guid, Instances: [.. running.Select(r => r.Instance)]), cancellationToken);
        if (await Workload.ReadAsync(db, process.Guid, cancellationToken) is { } workload && index < workload.Wanted)
            waiting.Add(process, await starter.StartAsync(workload, [index], cancellationToken));
    }

    public async Task RoutesChangedAsync(string appGuid, CancellationToken cancellationToken)
    {
        var uris = await RouteUris.ReadAsync(db, appGuid, cancellationToken);
        var processes = await db.Processes.AsNoTracking().Where(p => p.AppGuid == appGuid).Select(p => new { p.Guid, p.Type }).ToListAsync(cancellationToken);
        foreach (var process in processes)
        {
            var routes = uris.Of(process.Type);
            await deas.UpdateAsync(new DeaUpdateMessage(process.Guid, routes.Uris, InternalNames: routes.InternalNames, TcpRoutes: routes.Tcp, RouteServices: routes.Services, Http2Uris: routes.Http2, LoadBalancing: routes.Balancing), cancellationToken);
        }
    }

    public async Task DeleteBitsAsync(string appGuid, CancellationToken cancellationToken)
    {
        foreach (var package in await db.Packages.Where(p => p.AppGuid == appGuid).Select(p => p.Guid).ToListAsync(cancellationToken))
            await blobs.DeleteAsync(BlobKeys.Package(package), cancellationToken);
        foreach (var droplet in await db.Droplets.Where(d => d.AppGuid == appGuid).Select(d => d.Guid).ToListAsync(cancellationToken))
            await blobs.DeleteAsync(BlobKeys.Droplet(droplet), cancellationToken);
        await blobs.DeleteAllAsync(BlobKeys.BuildpackCaches(appGuid), cancellationToken);
    }

    private async Task TellAsync(string processGuid, CancellationToken cancellationToken)
    {
        if (await Workload.ReadAsync(db, processGuid, cancellationToken) is not { } workload) return; // 1.
        var process = workload.Process;
        var plan = InstancePlan.Make(process.SentVersion, process.SentInstances, process.Version, workload.Wanted); // 2.
        await StopAsync(plan, process, cancellationToken); // 3.
        if (plan.StartTo > plan.StartFrom)
        {
            var homeless = await starter.StartAsync(workload, [.. Enumerable.Range(plan.StartFrom, plan.StartTo - plan.StartFrom)], cancellationToken);
            waiting.Add(process, homeless);
        }
        var (version, instances) = workload.Wanted == 0 ? (null, 0) : (process.Version, workload.Wanted);
        await db.Processes.Where(p => p.Guid == processGuid).ExecuteUpdateAsync( // 4.
            s => s.SetProperty(p => p.SentVersion, version).SetProperty(p => p.SentInstances, instances), cancellationToken);
    }

    private async Task StopAsync(InstancePlan plan, Process process, CancellationToken cancellationToken)
    {
        if (plan.StopVersion is not null) await deas.StopAsync(new DeaStopMessage(process.Guid, plan.StopVersion), cancellationToken);
        if (plan.StopTo > plan.StopFrom)
        {
            var indices = Enumerable.Range(plan.StopFrom, plan.StopTo - plan.StopFrom).ToList();
            await deas.StopAsync(new DeaStopMessage(process.Guid, process.Version, Indices: indices), cancellationToken);
        }
    }
}
