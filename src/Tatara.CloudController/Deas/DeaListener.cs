using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Deas;

/// <summary>Keeps the pool up to date from the bus. Every Cloud Controller has a pool of its own, so there is no queue group.</summary>
internal sealed partial class DeaListener(NatsConnection bus, DeaPool pool, DeaClient deas, ILogger<DeaListener> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bus.Connected += Locate; // Whoever advertised while the bus was away was not heard.
        try
        {
            await Task.WhenAll(
                HearAsync<DeaAdvertisement>(Subjects.DeaAdvertise, pool.OnAdvertise, stoppingToken),
                HearAsync<DeaAdvertisement>(Subjects.StagingAdvertise, pool.OnStagingAdvertise, stoppingToken),
                HearAsync<DeaHello>(Subjects.DeaStart, _ => Locate(), stoppingToken),
                HearAsync<DeaHello>(Subjects.DeaShutdown, hello => pool.Remove(hello.Id), stoppingToken),
                AskAsync(stoppingToken));
        }
        finally
        {
            bus.Connected -= Locate;
        }
    }

    private async Task HearAsync<T>(string subject, Action<T> act, CancellationToken cancellationToken)
    {
        await foreach (var message in bus.SubscribeAsync<T>(subject, cancellationToken: cancellationToken))
        {
            if (message.Data is { } data) act(data);
            else Log.Unreadable(logger, subject, message.Error?.Message);
        }
    }

    private void Locate() => _ = AskAsync(CancellationToken.None);

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        await deas.LocateAsync(cancellationToken);
        await deas.LocateStagersAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A message on {Subject} cannot be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string subject, string? reason);
    }
}
