using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.HealthManager.Actual;
using Tatara.HealthManager.Desired;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.HealthManager;

/// <summary>Brings what arrives on the bus to the monitor, each subject at its own pace: an exit does not queue behind heartbeats.</summary>
internal sealed partial class BusListener(
    NatsConnection bus, HealthMonitor monitor, DesiredSignal desiredSignal, OrderSender sender, ILogger<BusListener> logger) : BackgroundService
{
    private long _heartbeatsLost;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var hearing = Task.WhenAll(
            HearAsync<NatsBody>(Subjects.DeaHeartbeat, null, HearHeartbeat, stoppingToken),
            HearAsync<DropletExited>(Subjects.DropletExited, null, (_, m) => HearExitAsync(m.Data!, stoppingToken), stoppingToken),
            HearAsync<DropletUpdated>(Subjects.DropletUpdated, null, HearChange, stoppingToken),
            HearAsync<DeaHello>(Subjects.DeaShutdown, null, HearFarewell, stoppingToken),
            HearAsync<AppStateRequest>(Subjects.AppState, Subjects.Queues.HealthManager, (_, m) => AnswerAsync(m, stoppingToken), stoppingToken));
        bus.Connected += OnConnected;
        bus.Disconnected += monitor.Deafen;
        await hearing;
    }

    private async Task HearAsync<T>(
        string subject, string? queueGroup, Func<NatsSubscription<T>, NatsMsg<T>, Task> handle, CancellationToken cancellationToken)
    {
        await using var subscription = await bus.SubscribeCoreAsync<T>(subject, queueGroup, cancellationToken);
        await foreach (var message in subscription.ReadAllAsync(cancellationToken))
        {
            try
            {
                if (message.Error is null && message.Data is not null) await handle(subscription, message);
                else Log.Unreadable(logger, subject, message.Error?.Message ?? "null");
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // One message that nobody foresaw must not end the watch over all apps.
                Log.Failed(logger, e, subject);
            }
        }
    }

    private Task HearHeartbeat(NatsSubscription<NatsBody> subscription, NatsMsg<NatsBody> message)
    {
        HearHeartbeat(message.Data.Bytes);
        if (subscription.Dropped > _heartbeatsLost)
        {
            _heartbeatsLost = subscription.Dropped;
            Log.HeartbeatsLost(logger, _heartbeatsLost);
            monitor.Listen();
        }
        return Task.CompletedTask;
    }

    /// <summary>A cloud of 250,000 instances sends 28 MB a second of these, nearly all of it what was said before.</summary>
    private void HearHeartbeat(ReadOnlyMemory<byte> body)
    {
        try
        {
            if (HeartbeatBody.DeaOf(body.Span) is { } dea && monitor.HearAgain(dea, body.Span)) return;
            var heartbeat = JsonSerializer.Deserialize(body.Span, ProtocolJson.Default.DeaHeartbeat) ?? throw new JsonException("It is null.");
            var refused = MessageRules.IsValid(heartbeat) ? monitor.Hear(heartbeat, body) : heartbeat.Droplets.Count;
            if (refused > 0) Log.Refused(logger, refused, heartbeat.Dea);
        }
        catch (JsonException e)
        {
            Log.Unreadable(logger, Subjects.DeaHeartbeat, e.Message);
        }
    }

    private Task HearExitAsync(DropletExited exit, CancellationToken cancellationToken)
    {
        if (MessageRules.IsValid(exit)) return sender.SendAsync(monitor.Hear(exit), cancellationToken);
        Log.Unreadable(logger, Subjects.DropletExited, "an instance without id, or with an impossible index");
        return Task.CompletedTask;
    }

    private Task HearChange(NatsSubscription<DropletUpdated> subscription, NatsMsg<DropletUpdated> message)
    {
        monitor.HearChange(message.Data!.Droplet);
        desiredSignal.Raise();
        return Task.CompletedTask;
    }

    private Task HearFarewell(NatsSubscription<DeaHello> subscription, NatsMsg<DeaHello> message)
    {
        Log.DeaLeaves(logger, message.Data!.Id);
        monitor.HearFarewell(message.Data.Id);
        return Task.CompletedTask;
    }

    /// <summary>Gives no answer rather than one that is not reliable.</summary>
    private async Task AnswerAsync(NatsMsg<AppStateRequest> question, CancellationToken cancellationToken)
    {
        if (monitor.Describe(question.Data!) is { } answer) await question.ReplyAsync(answer, cancellationToken);
    }

    private void OnConnected()
    {
        monitor.Listen();
        _ = AskForHeartbeatsAsync();
    }

    private async Task AskForHeartbeatsAsync()
    {
        try
        {
            await bus.PublishAsync(Subjects.HealthManagerStart, new EmptyMessage());
        }
        catch (Exception e) when (e is NatsException or ObjectDisposedException)
        {
            Log.Failed(logger, e, Subjects.HealthManagerStart);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A message on {Subject} cannot be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string subject, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "A message on {Subject} could not be handled")]
        public static partial void Failed(ILogger logger, Exception exception, string subject);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} instances in a heartbeat of DEA '{Dea}' are refused: no id, an impossible index or time, or too many")]
        public static partial void Refused(ILogger logger, int count, string dea);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Heartbeats come faster than they are read, {Total} are lost so far: silence is not believed for a while")]
        public static partial void HeartbeatsLost(ILogger logger, long total);

        [LoggerMessage(Level = LogLevel.Information, Message = "DEA {Dea} leaves")]
        public static partial void DeaLeaves(ILogger logger, string dea);
    }
}
