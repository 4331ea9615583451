using System.Text;
using Tatara.Dea.Logs;
using Tatara.Protocol;

namespace Tatara.Dea.Staging;

/// <summary>What a staging prints, in order: the DEA's own lines and the buildpacks'.</summary>
/// <param name="bytesPerSecond">That the buildpacks may print, as <see cref="LogRateLimit"/> has it.</param>
internal sealed class StagingLog(string taskId, string appId, long? bytesPerSecond, LogSender sender, TimeProvider time) : IAsyncDisposable
{
    private readonly LogRateLimit _limit = new(bytesPerSecond, default);
    private long _followed;
    private readonly LogStream _stream = new($"staging-{taskId}", sender);

    /// <summary>A line of the DEA's own.</summary>
    public ValueTask SayAsync(string text, CancellationToken cancellationToken) => WriteAsync(Now(), LogTypes.Out, Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>What went wrong. Not waited for: the staging is over.</summary>
    public void Complain(string text) => _stream.TryWrite(Entry(Now(), LogTypes.Err, Encoding.UTF8.GetBytes(text)));

    /// <summary>Brings what a container writes, until it has ended and all is read.</summary>
    public async Task FollowAsync(ContainerLogReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken) is { Count: > 0 } lines)
        {
            foreach (var line in lines)
            {
                Interlocked.Increment(ref _followed);
                if (!_limit.Admits(line)) continue;
                await TellOfDroppedAsync(cancellationToken);
                await WriteAsync(line.Timestamp, line.IsError ? LogTypes.Err : LogTypes.Out, line.Text, cancellationToken);
            }
            if (reader.TakeLostBytes() is > 0 and var lost) await SayAsync(LostLog.Notice(lost), cancellationToken);
        }
        await TellOfDroppedAsync(cancellationToken);
    }

    /// <summary>The container has ended: waits for the rest of what it wrote, as long as some goes on arriving.</summary>
    public async Task CatchUpAsync(Task following, TimeSpan patience)
    {
        for (long before = -1; !following.IsCompleted && before != Interlocked.Read(ref _followed);)
        {
            before = Interlocked.Read(ref _followed);
            await Task.WhenAny(following, Task.Delay(patience, time));
        }
    }

    /// <summary>No more lines. True when all have arrived in time.</summary>
    public Task<bool> FinishAsync(TimeSpan patience) => _stream.FinishAsync(patience);

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async ValueTask TellOfDroppedAsync(CancellationToken cancellationToken)
    {
        if (_limit.TakeNotice("staging") is { } notice) await SayAsync(notice, cancellationToken);
    }

    private ValueTask WriteAsync(long timestamp, string type, byte[] text, CancellationToken cancellationToken) =>
        _stream.WriteAsync(Entry(timestamp, type, text), cancellationToken);

    private LogEntry Entry(long timestamp, string type, byte[] text) => new(appId, "0", "STG", timestamp, type, text);

    private long Now() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
