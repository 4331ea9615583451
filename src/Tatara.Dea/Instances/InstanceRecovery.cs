using Microsoft.Extensions.Logging;
using Tatara.Containers;
using Tatara.Dea.Droplets;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>After a restart: finds the instances that an earlier run left and goes on with each where it was. Starts nothing.</summary>
internal sealed class InstanceRecovery(
    InstanceStore store, InstanceTable table, InstanceStarter starter, RouteAnnouncer routes, ExitReporter exits, InstanceResources resources, ILogger<InstanceRecovery> logger)
{
    public async Task RecoverAsync(IReadOnlyList<IContainer> containers, CancellationToken cancellationToken)
    {
        var byHandle = containers.Where(c => c.Spec.Properties.GetValueOrDefault(InstanceLauncher.KindProperty) == InstanceLauncher.InstanceKind)
            .ToDictionary(c => c.Handle, StringComparer.Ordinal);
        foreach (var record in store.LoadAll())
        {
            byHandle.Remove(record.Guid, out var container);
            await RecoverAsync(record, container, cancellationToken);
        }
        // Nobody knows of these any more.
        foreach (var container in byHandle.Values) await container.DestroyAsync(cancellationToken);
    }

    private async Task RecoverAsync(InstanceRecord record, IContainer? container, CancellationToken cancellationToken)
    {
        var instance = new Instance(record, store, resources.Time);
        switch (record.State)
        {
            case InstanceState.Crashed:
                if (container is not null) await container.DestroyAsync(cancellationToken);
                resources.Ports.Adopt(record.HostPort);
                resources.Ports.Release(record.HostPort);
                table.Adopt(instance);
                break;
            case InstanceState.Born:
            case not InstanceState.Crashed when container is null:
                // Half made, or gone with the machine: not the app's fault, so it is no crash.
                if (container is not null) await container.DestroyAsync(cancellationToken);
                resources.Ports.Adopt(record.HostPort);
                resources.Ports.Release(record.HostPort);
                store.Delete(record.Guid);
                await routes.UnregisterAsync(record);
                await exits.PublishAsync(record, new InstanceEnd(ExitReasons.DeaShutdown, InstanceEnd.NoStatus, "lost when the DEA was restarted"));
                logger.LogInformation("Instance {Instance} of {App} did not survive the restart.", record.Guid, record.Start.Droplet);
                break;
            default:
                resources.Ports.Adopt(record.HostPort);
                starter.Resume(instance, container, resources.Droplets.TryAcquire(record.Start.Sha1));
                logger.LogInformation("Instance {Instance} of {App} index {Index} goes on.", record.Guid, record.Start.Droplet, record.Start.Index);
                break;
        }
    }
}

/// <summary>What an instance takes hold of again after a restart.</summary>
internal sealed record InstanceResources(PortPool Ports, DropletStore Droplets, TimeProvider Time);
