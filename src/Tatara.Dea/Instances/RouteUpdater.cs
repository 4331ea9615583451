using Tatara.Dea.Networks;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>dea.update: the routes of an app changed.</summary>
internal sealed class RouteUpdater(InstanceTable table, RouteAnnouncer routes, NetworkKeeper network)
{
    public async Task UpdateAsync(DeaUpdateMessage message)
    {
        foreach (var instance in table.All.Where(i => i.IsAlive && i.Start.Droplet == message.Droplet && (message.Version is null || i.Start.Version == message.Version)))
        {
            await routes.ChangeAsync(instance, InstanceRoutes.Of(message));
            if (message.InternalNames is not { } names) continue;
            instance.Note(r => r with { InternalNames = names });
            network.NoteAddresses();
        }
    }
}
