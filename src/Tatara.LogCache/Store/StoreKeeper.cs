using Microsoft.Extensions.Hosting;

namespace Tatara.LogCache.Store;

/// <summary>Opens the store before anything else starts, and sweeps it now and then.</summary>
internal sealed class StoreKeeper(EnvelopeStore store, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(10);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        store.Open();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) store.Sweep();
    }
}
