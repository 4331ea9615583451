using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.Database;
using Tatara.MessageBus;

namespace Tatara.CloudController.Hosting;

/// <summary>
/// Acts on messages of some subjects, each subject's in order. It listens before the host serves its first request, so
/// no answer to what a request sends is missed. One message that fails does not stop the next.
/// </summary>
internal abstract partial class BusListener(NatsConnection bus, ILogger logger) : BackgroundService
{
    /// <summary>Longer than a database is away that is restarted; then others of the queue group may do better.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly List<Func<CancellationToken, Task>> _loops = [];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await SubscribeAsync();
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Calls <see cref="HearAsync"/> for each subject.</summary>
    protected abstract Task SubscribeAsync();

    protected async Task HearAsync<T>(string subject, string? queueGroup, Func<NatsMsg<T>, T, CancellationToken, Task> act)
        where T : class
    {
        var subscription = await bus.SubscribeCoreAsync<T>(subject, queueGroup);
        _loops.Add(stopping => ReadAsync(subscription, act, stopping));
    }

    /// <summary>Takes what waits together, for messages that come in thousands and cost less that way.</summary>
    /// <param name="most">At a time.</param>
    protected async Task HearManyAsync<T>(string subject, string? queueGroup, int most, Func<IReadOnlyList<T>, CancellationToken, Task> act)
        where T : class
    {
        var subscription = await bus.SubscribeCoreAsync<T>(subject, queueGroup);
        _loops.Add(stopping => ReadManyAsync(subscription, most, act, stopping));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_loops.Select(loop => loop(stoppingToken)));

    private async Task ReadAsync<T>(NatsSubscription<T> subscription, Func<NatsMsg<T>, T, CancellationToken, Task> act, CancellationToken stopping)
        where T : class
    {
        await using (subscription)
        {
            await foreach (var message in subscription.ReadAllAsync(stopping))
                if (IsReadable(message)) await ActAsync(message.Subject, cancellationToken => act(message, message.Data!, cancellationToken), stopping);
        }
    }

    private async Task ReadManyAsync<T>(NatsSubscription<T> subscription, int most, Func<IReadOnlyList<T>, CancellationToken, Task> act, CancellationToken stopping)
        where T : class
    {
        var waiting = new List<T>(most);
        await using (subscription)
        {
            while (await subscription.Messages.WaitToReadAsync(stopping))
            {
                waiting.Clear();
                while (waiting.Count < most && subscription.Messages.TryRead(out var message))
                    if (IsReadable(message)) waiting.Add(message.Data!);
                await ActAsync(subscription.Subject, cancellationToken => act(waiting, cancellationToken), stopping);
            }
        }
    }

    private bool IsReadable<T>(NatsMsg<T> message)
        where T : class
    {
        if (message.Data is null) Log.Unreadable(logger, message.Subject, message.Error?.Message);
        return message.Data is not null;
    }

    /// <summary>What is said while the database is away is not said again by all who say it: so it is kept until the database is back.</summary>
    private async Task ActAsync(string subject, Func<CancellationToken, Task> act, CancellationToken stopping)
    {
        for (var since = Stopwatch.GetTimestamp(); ; await Task.Delay(s_pause, stopping))
        {
            try
            {
                await act(stopping);
                return;
            }
            catch (Exception e) when (e.IsUnavailable() && Stopwatch.GetElapsedTime(since) < s_patience)
            {
                Log.Waiting(logger, subject, e.GetBaseException().Message);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Failed(logger, subject, e);
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A message on {Subject} cannot be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string subject, string? reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A message on {Subject} waits for the database: {Reason}")]
        public static partial void Waiting(ILogger logger, string subject, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "A message on {Subject} cannot be acted on")]
        public static partial void Failed(ILogger logger, string subject, Exception exception);
    }
}
