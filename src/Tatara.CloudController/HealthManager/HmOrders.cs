using Microsoft.Extensions.Logging;
using Tatara.CloudController.Data;
using Tatara.CloudController.Deas;
using Tatara.CloudController.Instances;
using Tatara.Database;
using Tatara.Protocol;

namespace Tatara.CloudController.HealthManager;

/// <summary>Does what the Health Manager asks for, if the database still agrees: its picture may be some seconds old.</summary>
internal sealed partial class HmOrders(
    CloudControllerDbContext db, DeaClient deas, InstanceStarter starter, RecentMessages recent, StartsUnderWay underWay,
    ILogger<HmOrders> logger)
{
    public async Task StartAsync(IReadOnlyList<HmStart> orders, CancellationToken cancellationToken)
    {
        var processes = orders.Where(o => !recent.Has(o.MessageId) && !underWay.Has(o)).GroupBy(o => o.Droplet, StringComparer.Ordinal).ToList();
        var workloads = await Workload.ReadManyAsync(db, [.. processes.Select(p => p.Key)], cancellationToken);
        foreach (var ordered in processes)
        {
            if (!workloads.TryGetValue(ordered.Key, out var workload)) continue;
            var wanted = ordered.Where(o => o.Version == workload.Process.Version && o.InstanceIndex >= 0 && o.InstanceIndex < workload.Wanted)
                .DistinctBy(o => o.InstanceIndex).ToList();
            if (wanted.Count == 0) continue;
            try
            {
                await StartAsync(workload, wanted, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException && !e.IsUnavailable())
            {
                // What is wrong with one app is not to keep the others down; the Health Manager orders it again.
                Log.Failed(logger, workload.Process.Guid, e);
            }
        }
    }

    private async Task StartAsync(Workload workload, IReadOnlyList<HmStart> orders, CancellationToken cancellationToken)
    {
        var homeless = await starter.StartAsync(workload, [.. orders.Select(o => o.InstanceIndex)], cancellationToken);
        foreach (var order in orders)
        {
            if (homeless.Contains(order.InstanceIndex)) await starter.GiveUpAsync(workload, order.InstanceIndex, cancellationToken);
            else underWay.Add(order);
            recent.Add(order.MessageId);
        }
    }

    public async Task StopAsync(HmStop order, CancellationToken cancellationToken)
    {
        if (recent.Has(order.MessageId)) return;
        var workload = await Workload.ReadAsync(db, order.Droplet, cancellationToken);
        recent.Add(order.MessageId);
        if (workload is not null && IsWanted(workload, order)) return;
        await deas.StopAsync(new DeaStopMessage(order.Droplet, Instances: [order.InstanceGuid]), cancellationToken);
    }

    private static bool IsWanted(Workload workload, HmStop order) =>
        !order.IsDuplicate && order.Version == workload.Process.Version && order.InstanceIndex < workload.Wanted;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Instances of {Process} that the Health Manager ordered cannot be started")]
        public static partial void Failed(ILogger logger, string process, Exception exception);
    }
}
