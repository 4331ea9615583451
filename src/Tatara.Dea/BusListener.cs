using Microsoft.Extensions.Logging;
using Tatara.MessageBus;

namespace Tatara.Dea;

/// <summary>Reads a subject and hands on what can be read. A message that makes its handler fail does not end the reading.</summary>
internal sealed class BusListener(NatsConnection bus, ILogger<BusListener> logger)
{
    private readonly List<Task> _reading = [];

    /// <summary>Begins to listen; the server knows before anything is published later.</summary>
    public async Task ListenAsync<T>(string subject, Func<NatsMsg<T>, Task> handle, CancellationToken cancellationToken)
    {
        var subscription = await bus.SubscribeCoreAsync<T>(subject, cancellationToken: cancellationToken);
        _reading.Add(Task.Run(() => ReadAsync(subscription, handle, cancellationToken), CancellationToken.None));
    }

    /// <summary>Ends when all reading has, after its token was cancelled.</summary>
    public async Task StopAsync() => await Task.WhenAll(_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task ReadAsync<T>(NatsSubscription<T> subscription, Func<NatsMsg<T>, Task> handle, CancellationToken cancellationToken)
    {
        await using var reading = subscription;
        await foreach (var message in subscription.ReadAllAsync(cancellationToken))
        {
            try
            {
                await handle(message);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                logger.LogError(e, "A message on {Subject} could not be handled.", message.Subject);
            }
        }
    }
}
