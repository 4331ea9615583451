using Microsoft.Extensions.Logging;
using Tatara.Containers;
using Tatara.Dea.Archives;

namespace Tatara.Dea.Instances;

/// <summary>Clears away what an ended instance leaves; of a crash the record stays for a while, so that it can be seen.</summary>
internal sealed class InstanceRemains(DeaOptions options, InstanceTable table, PortPool ports, TimeProvider time, ILogger<InstanceRemains> logger)
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(30);

    public async Task ClearAsync(Instance instance, LayerCache.Lease? droplet, bool keepRecord)
    {
        try
        {
            if (instance.Container is not null) await instance.Container.DestroyAsync(CancellationToken.None);
        }
        catch (ContainerException e)
        {
            logger.LogError(e, "The container of instance {Instance} could not be removed; the next sweep tries again.", instance.Guid);
        }
        instance.Container = null;
        droplet?.Dispose();
        ports.Release(instance.Record.HostPort);
        if (keepRecord && !instance.StopRequested.IsCancellationRequested)
        {
            foreach (var older in table.CrashedBefore(instance)) Forget(older);
            table.NotifyChanged();
        }
        else
        {
            Forget(instance);
        }
    }

    /// <summary>Removes the last trace of an instance.</summary>
    public void Forget(Instance instance)
    {
        instance.RemoveRecord();
        table.Remove(instance);
    }

    /// <summary>Forgets crashes that are old.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(SweepInterval, time, cancellationToken);
            var now = time.GetUtcNow();
            foreach (var instance in table.All.Where(i => i.State == InstanceState.Crashed && i.Life.IsCompleted && now - i.Record.StateSince > options.CrashedRetention))
                Forget(instance);
        }
    }
}
