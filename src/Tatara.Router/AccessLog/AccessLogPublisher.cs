using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Router.AccessLog;

/// <summary>Sends access log lines to log-cache, many at a time.</summary>
internal sealed partial class AccessLogPublisher(
    AccessLogQueue queue, NatsConnection bus, RouterOptions options, TimeProvider time, ILogger<AccessLogPublisher> logger) : BackgroundService
{
    private const int MaxLines = 500;

    /// <summary>A batch stays well below the bus's largest message (1 MB by default), with base64 around it.</summary>
    private const int MaxBytes = 256 * 1024;

    /// <summary>Lines that come within this time travel together; `cf logs` shows them this much later.</summary>
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(100);

    private readonly string _stream = $"router-{options.Id}-{time.GetUtcNow().ToUnixTimeMilliseconds()}";
    private long _sequence;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await queue.Lines.WaitToReadAsync(stoppingToken))
        {
            await Task.Delay(GatherTime, time, stoppingToken);
            while (Gather() is { Count: > 0 } entries) await PublishAsync(entries, stoppingToken);
            if (queue.TakeDropped() is > 0 and var dropped) Log.Dropped(logger, dropped);
        }
    }

    private List<LogEntry> Gather()
    {
        var entries = new List<LogEntry>();
        var bytes = 0;
        while (entries.Count < MaxLines && bytes < MaxBytes && queue.Lines.TryRead(out var line))
        {
            var nanoseconds = (line.At - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
            entries.Add(new LogEntry(line.App, line.Index, "RTR", nanoseconds, LogTypes.Out, line.ToArray()));
            bytes += line.Length;
            line.Release();
        }
        return entries;
    }

    private async Task PublishAsync(List<LogEntry> entries, CancellationToken cancellationToken)
    {
        if (!bus.IsConnected)
        {
            queue.CountDropped(entries.Count);
            return;
        }
        await bus.PublishAsync(Subjects.Logs, new LogBatch(_stream, _sequence, entries), cancellationToken: cancellationToken);
        _sequence += entries.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} access log lines were dropped: the bus is away or slower than the requests.")]
        public static partial void Dropped(ILogger logger, long count);
    }
}
