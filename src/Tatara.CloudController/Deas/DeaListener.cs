using Microsoft.Extensions.Logging;
using Tatara.CloudController.Hosting;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Deas;

/// <summary>Keeps the pool up to date from the bus. Every Cloud Controller has a pool of its own, so there is no queue group.</summary>
internal sealed class DeaListener(NatsConnection bus, DeaPool pool, DeaClient deas, ILogger<DeaListener> logger) : BusListener(bus, logger)
{
    private readonly NatsConnection _bus = bus;

    protected override async Task SubscribeAsync()
    {
        await HearAsync<DeaAdvertisement>(Subjects.DeaAdvertise, null, (_, message, _) => Note(() => pool.OnAdvertise(message)));
        await HearAsync<DeaAdvertisement>(Subjects.StagingAdvertise, null, (_, message, _) => Note(() => pool.OnStagingAdvertise(message)));
        await HearAsync<DeaHello>(Subjects.DeaStart, null, (_, _, cancellationToken) => LocateAsync(cancellationToken));
        await HearAsync<DeaHello>(Subjects.DeaShutdown, null, (_, message, _) => Note(() => pool.Remove(message.Id)));
        await HearAsync<DeaSilent>(Subjects.DeaSilent, null, (_, message, _) => Note(() => pool.Distrust(message.Id)));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _bus.Connected += LocateLater; // Whoever advertised before, or while the bus was away, was not heard.
        try
        {
            await base.ExecuteAsync(stoppingToken);
        }
        finally
        {
            _bus.Connected -= LocateLater;
        }
    }

    private void LocateLater() => _ = LocateAsync(CancellationToken.None);

    private async Task LocateAsync(CancellationToken cancellationToken)
    {
        await deas.LocateAsync(cancellationToken);
        await deas.LocateStagersAsync(cancellationToken);
    }

    private static Task Note(Action act)
    {
        act();
        return Task.CompletedTask;
    }
}
