using Microsoft.Extensions.Logging;
using Tatara.Dea.Advertising;
using Tatara.Dea.Instances;
using Tatara.Protocol;

namespace Tatara.Dea.Evacuation;

/// <summary>Ends this DEA together with its instances: says so first, so that they are placed elsewhere.</summary>
internal sealed class Evacuator(InstanceTable table, InstanceStopper stopper, Greeting greeting, Advertiser advertiser, ILogger<Evacuator> logger)
{
    public async Task ShutDownAsync(CancellationToken cancellationToken)
    {
        advertiser.Silent = true;
        await greeting.FarewellAsync();
        var instances = table.All.Where(i => i.HoldsResources).ToList();
        logger.LogInformation("Stopping all {Count} instances.", instances.Count);
        foreach (var instance in instances) stopper.Stop(instance, ExitReasons.DeaShutdown);
        await Task.WhenAll(instances.Select(i => i.Life)).WaitAsync(cancellationToken);
    }
}
