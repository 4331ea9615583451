using System.Buffers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Router.AccessLog;

/// <summary>Sends access log lines to log-cache, many at a time.</summary>
internal sealed partial class AccessLogPublisher(
    AccessLogQueue queue, NatsConnection bus, RouterOptions options, TimeProvider time, ILogger<AccessLogPublisher> logger) : BackgroundService
{
    /// <summary>Lines that come within this time travel together; `cf logs` shows them this much later.</summary>
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(20);

    private readonly string _stream = $"router-{options.Id}-{time.GetUtcNow().ToUnixTimeMilliseconds()}";
    private readonly ArrayBufferWriter<byte> _batch = new();
    private long _sequence;
    private long _undelivered;

    /// <summary>The requests have ended by now; their last lines go out too.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await SendAllAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await queue.WaitAsync(stoppingToken))
        {
            await Task.Delay(GatherTime, time, stoppingToken);
            await SendAllAsync(stoppingToken);
        }
    }

    private async Task SendAllAsync(CancellationToken cancellationToken)
    {
        while (queue.TryTake() is { } page)
        {
            await PublishAsync(page, cancellationToken);
            queue.Return(page);
        }
        var dropped = queue.TakeDropped() + _undelivered;
        _undelivered = 0;
        if (dropped > 0) Log.Dropped(logger, dropped);
    }

    private async Task PublishAsync(AccessLogPage page, CancellationToken cancellationToken)
    {
        if (!bus.IsConnected)
        {
            _undelivered += page.Count;
            return;
        }
        _batch.ResetWrittenCount();
        page.WriteBatch(_stream, _sequence, time.GetUtcNow(), _batch);
        await bus.PublishBytesAsync(Subjects.Logs, _batch.WrittenMemory, cancellationToken: cancellationToken);
        _sequence += page.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} access log lines were dropped: the bus is away or slower than the requests.")]
        public static partial void Dropped(ILogger logger, long count);
    }
}
