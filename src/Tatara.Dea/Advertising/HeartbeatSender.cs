using Tatara.Dea.Instances;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea.Advertising;

/// <summary>dea.heartbeat: every instance here and its state.</summary>
internal sealed class HeartbeatSender(DeaOptions options, NatsConnection bus, InstanceTable table, RouteAnnouncer routes)
{
    public async Task SendAsync() => await bus.PublishAsync(Subjects.DeaHeartbeat, new DeaHeartbeat(options.Id, [.. table.All.Select(Describe).OfType<InstanceHeartbeat>()]));

    private InstanceHeartbeat? Describe(Instance instance)
    {
        var record = instance.Record;
        return record.State.OnTheWire() is not { } state ? null : new InstanceHeartbeat(
            record.Start.Droplet, record.Start.Version, record.Guid, record.Start.Index,
            instance.IsEvacuating && instance.IsAlive ? InstanceStates.Evacuating : state,
            record.StateSince.ToUnixTimeMilliseconds() / 1000.0, record.Start.CcPartition,
            Ready: record.State != InstanceState.Running || routes.IsAnnounced(instance) ? null : false);
    }
}
