using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Deas;
using Tatara.CloudController.Events;
using Tatara.CloudController.Logs;

namespace Tatara.CloudController.Instances;

/// <summary>Finds a DEA for each instance and tells it to start. Does not wait for anything.</summary>
internal sealed class InstanceStarter(
    CloudControllerDbContext db, DeaPool pool, DeaClient deas, StartMessages messages, PlacementTroubles troubles, EventRecorder events, ApiLog log)
{
    /// <summary>The indices that found no room.</summary>
    public async Task<IReadOnlyList<int>> StartAsync(Workload workload, IReadOnlyList<int> indices, CancellationToken cancellationToken)
    {
        if (indices.Count == 0) return [];
        var message = await messages.CreateAsync(workload, cancellationToken);
        var placed = pool.PlaceInstances(workload.Process.Guid, messages.DemandOf(workload), indices.Count);
        foreach (var (index, dea) in indices.Zip(placed))
        {
            troubles.Forget(workload.Process.Guid, index);
            await deas.StartAsync(dea, message with { Index = index }, cancellationToken);
        }
        return [.. indices.Skip(placed.Count)];
    }

    /// <summary>Tells the user, once, that an instance found no room. The Health Manager will ask for it again.</summary>
    public async Task GiveUpAsync(Workload workload, int index, CancellationToken cancellationToken)
    {
        var (process, app) = (workload.Process, workload.App);
        var demand = messages.DemandOf(workload);
        var why = $"insufficient resources: no DEA with stack '{demand.Stack}' has {demand.Memory} MB of memory and {demand.Disk} MB of disk free: {pool.ExplainInstance(demand)}";
        if (!troubles.Remember(process.Guid, index, process.Version, why)) return;
        await log.WriteAsync(app.Guid, $"Could not start instance {index} of process '{process.Type}': {why}", cancellationToken);
        var space = await db.Spaces.AsNoTracking().SingleAsync(s => s.Guid == app.SpaceGuid, cancellationToken);
        events.Record(
            "audit.app.process.placement_failed",
            new EventSubject(process.Guid, "process", process.Type), new EventSubject(app.Guid, "app", app.Name),
            space.Guid, space.OrganizationGuid,
            new { index, reason = "INSUFFICIENT_RESOURCES", exit_description = why });
        await db.SaveChangesAsync(cancellationToken);
    }
}
