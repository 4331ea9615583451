using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea.Logs;

/// <summary>Brings batches of lines to log-cache and does not give up: log-cache drops what it has already, so sending again is safe.</summary>
internal sealed class LogSender(NatsConnection bus, TimeProvider time, ILogger<LogSender> logger)
{
    public const int MaxBatchEntries = 1000;
    public const int MaxBatchBytes = 256 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Returns when log-cache has all of them.</summary>
    public async Task SendAsync(string stream, long firstSequence, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var (offset, batch) in Split(entries))
            await SendBatchAsync(new LogBatch(stream, firstSequence + offset, batch), cancellationToken);
    }

    private async Task SendBatchAsync(LogBatch batch, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        var end = batch.FirstSequence + batch.Entries.Count;
        while (true)
        {
            try
            {
                await bus.ConnectAsync(cancellationToken);
                var ack = await bus.RequestAsync<LogBatch, LogBatchAck>(Subjects.Logs, batch with { Sent = time.GetUtcNow().ToUnixNanoseconds() }, cancellationToken: cancellationToken);
                if (ack.Data!.NextSequence >= end) return;
            }
            catch (NatsException e)
            {
                logger.LogDebug("Log lines of {Stream} wait: {Reason}", batch.Stream, e.Message);
            }
            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static IEnumerable<(int Offset, IReadOnlyList<LogEntry> Batch)> Split(IReadOnlyList<LogEntry> entries)
    {
        var batch = new List<LogEntry>();
        var bytes = 0;
        var offset = 0;
        foreach (var entry in entries)
        {
            if (batch.Count == MaxBatchEntries || (batch.Count > 0 && bytes + entry.Payload.Length > MaxBatchBytes))
            {
                yield return (offset, batch);
                offset += batch.Count;
                (batch, bytes) = ([], 0);
            }
            batch.Add(entry);
            bytes += entry.Payload.Length;
        }
        if (batch.Count > 0) yield return (offset, batch);
    }
}
