using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.LogCache.Store;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.LogCache.Ingress;

/// <summary>Takes batches of lines from the bus. Each is acknowledged, also when it brought nothing new: the sender then goes on.</summary>
internal sealed partial class LogIngress(NatsConnection bus, EnvelopeStore store, IngressCounters counters, TimeProvider time, ILogger<LogIngress> logger) : BackgroundService
{
    private readonly ClockCorrections _corrections = new(time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var message in bus.SubscribeAsync<LogBatch>(Subjects.Logs, Subjects.Queues.LogCache, stoppingToken))
        {
            if (message.Data is not { Stream: not null, Entries: not null } batch)
            {
                counters.Drop(1);
                Log.Unreadable(logger, message.Error?.Message ?? "it has no stream or no entries");
                continue;
            }
            try
            {
                Store(batch);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Not acknowledged: the sender tries again. The next batch must not suffer.
                Log.Failed(logger, batch.Stream, e);
                counters.CouldNotStore();
                continue;
            }
            await message.ReplyAsync(new LogBatchAck(batch.Stream, unchecked(batch.FirstSequence + batch.Entries.Count)), stoppingToken);
        }
    }

    /// <summary>Batches of an instance are all of one app; those of a router are of many.</summary>
    private void Store(LogBatch batch)
    {
        if (batch.FirstSequence < 0 || batch.FirstSequence > long.MaxValue - batch.Entries.Count || batch.Stream.Length is 0 or > StoreLimits.MaxNameLength)
        {
            counters.Drop(batch.Entries.Count);
            Log.Refused(logger, batch.FirstSequence, batch.Stream.Length);
            return;
        }
        var correction = _corrections.Of(batch.Stream, batch.Sent);
        var sound = batch.Entries.Select((entry, i) => new SequencedEntry(batch.FirstSequence + i, entry)).Where(l => IsSound(l.Entry));
        if (correction != 0) sound = sound.Select(l => l with { Entry = l.Entry with { Timestamp = unchecked(l.Entry.Timestamp + correction) } });
        var lines = sound.ToList();
        foreach (var source in lines.GroupBy(l => l.Entry.SourceId, StringComparer.Ordinal))
            store.Append(source.Key, batch.Stream, [.. source]);
        store.KeepBounds();
        counters.Stored([.. lines.Select(l => l.Entry)]);
        counters.Drop(batch.Entries.Count - lines.Count);
    }

    private static bool IsSound(LogEntry? entry) =>
        entry is { SourceId.Length: > 0 and <= StoreLimits.MaxSourceIdLength, InstanceId.Length: <= StoreLimits.MaxNameLength, SourceType.Length: <= StoreLimits.MaxNameLength, Payload: not null };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "log-cache: a batch of lines cannot be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "log-cache: a batch of the stream {Stream} could not be stored")]
        public static partial void Failed(ILogger logger, string stream, Exception e);

        [LoggerMessage(Level = LogLevel.Warning, Message = "log-cache: a batch of lines is dropped, its first number is {Sequence}, its stream's name has {Length} characters")]
        public static partial void Refused(ILogger logger, long sequence, int length);
    }
}
