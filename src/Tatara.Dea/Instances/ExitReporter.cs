using Tatara.Dea.Status;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>droplet.exited: Cloud Controller and Health Manager learn of an end at once. A lost message is made good by the next heartbeat.</summary>
internal sealed class ExitReporter(NatsConnection bus, DeaCounters counters, TimeProvider time)
{
    public ValueTask PublishAsync(Instance instance, InstanceEnd end) => PublishAsync(instance.Record, end);

    public ValueTask PublishAsync(InstanceRecord instance, InstanceEnd end)
    {
        counters.Ended(end.Reason);
        return bus.PublishAsync(Subjects.DropletExited, new DropletExited(
            instance.Start.Droplet, instance.Start.Version, instance.Guid, instance.Start.Index,
            end.Reason, end.ExitStatus, end.Description,
            end.Reason == ExitReasons.Crashed ? time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0 : null,
            instance.Start.CcPartition));
    }
}
