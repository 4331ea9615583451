using Tatara.CloudController.Data;
using Tatara.CloudController.Deas;
using Tatara.CloudController.Instances;
using Tatara.Protocol;

namespace Tatara.CloudController.HealthManager;

/// <summary>Does what the Health Manager asks for, if the database still agrees: its picture may be some seconds old.</summary>
internal sealed class HmOrders(CloudControllerDbContext db, DeaClient deas, InstanceStarter starter, RecentMessages recent)
{
    public async Task StartAsync(HmStart order, CancellationToken cancellationToken)
    {
        if (!recent.IsNew(order.MessageId)) return;
        var workload = await Workload.ReadAsync(db, order.Droplet, cancellationToken);
        if (workload is null || workload.Process.Version != order.Version || order.InstanceIndex < 0 || order.InstanceIndex >= workload.Wanted) return;
        var homeless = await starter.StartAsync(workload, [order.InstanceIndex], cancellationToken);
        if (homeless.Count > 0) await starter.GiveUpAsync(workload, order.InstanceIndex, cancellationToken);
    }

    public async Task StopAsync(HmStop order, CancellationToken cancellationToken)
    {
        if (!recent.IsNew(order.MessageId)) return;
        var workload = await Workload.ReadAsync(db, order.Droplet, cancellationToken);
        if (workload is not null && IsWanted(workload, order)) return;
        await deas.StopAsync(new DeaStopMessage(order.Droplet, Instances: [order.InstanceGuid]), cancellationToken);
    }

    private static bool IsWanted(Workload workload, HmStop order) =>
        !order.IsDuplicate && order.Version == workload.Process.Version && order.InstanceIndex < workload.Wanted;
}
