using Tatara.Dea.Instances;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea.Advertising;

/// <summary>dea.advertise and staging.advertise: what is free here. At an interval, when asked, and after each change.</summary>
internal sealed class Advertiser(DeaOptions options, NatsConnection bus, Capacity capacity)
{
    private readonly IReadOnlyList<string> _stacks = [.. options.Stacks.Select(s => s.Name)];
    private readonly PlacementProperties _placement = new(options.Zone);

    /// <summary>Set while this DEA takes nothing new.</summary>
    public bool Silent { get; set; }

    public async Task AdvertiseAsync()
    {
        await AdvertiseDeaAsync();
        await AdvertiseStagingAsync();
    }

    public async Task AdvertiseDeaAsync()
    {
        if (Silent) return;
        await bus.PublishAsync(Subjects.DeaAdvertise, new DeaAdvertisement(
            options.Id, _stacks, capacity.FreeMemory, capacity.FreeDisk, capacity.InstancesByApp(), _placement, capacity.Refuses));
    }

    public async Task AdvertiseStagingAsync()
    {
        if (Silent) return;
        await bus.PublishAsync(Subjects.StagingAdvertise, new DeaAdvertisement(
            options.Id, _stacks, capacity.FreeMemory, capacity.FreeDisk, PlacementProperties: _placement, Refuses: capacity.Refuses));
    }
}
