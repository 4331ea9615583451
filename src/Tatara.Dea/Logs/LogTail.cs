using Tatara.Dea.Linux;
using Tatara.Dea.State;
using Tatara.Protocol;

namespace Tatara.Dea.Logs;

/// <summary>Brings what one instance's container writes to log-cache: every line once, whatever is restarted in between.</summary>
internal sealed class LogTail : IAsyncDisposable
{
    private readonly LogTailSource _source;
    private readonly LogSender _sender;
    private readonly ContainerLogReader _reader;
    private readonly CancellationTokenSource _cancel = new();
    private readonly Task _run;

    public LogTail(LogTailSource source, LogSender sender, FileWatch watch)
    {
        (_source, _sender) = (source, sender);
        var position = AtomicFile.Read(source.PositionFile, DeaJson.Default.LogPosition) ?? LogPosition.Start;
        _reader = new ContainerLogReader(source.LogFile, position, watch);
        _run = Task.Run(RunAsync);
    }

    /// <summary>The container has ended: brings the rest. False when it could not in time.</summary>
    public async Task<bool> FinishAsync(TimeSpan patience)
    {
        _reader.ContainerEnded();
        _cancel.CancelAfter(patience);
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _run.IsCompletedSuccessfully;
    }

    /// <summary>Leaves off; a later tail goes on from there.</summary>
    public async ValueTask DisposeAsync()
    {
        await _cancel.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _reader.DisposeAsync();
        _cancel.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            var first = _reader.Position.Sequence;
            var lines = await _reader.ReadAsync(_cancel.Token);
            if (lines.Count == 0) return;
            await _sender.SendAsync(_source.Stream, first, [.. lines.Select(ToEntry)], _cancel.Token);
            AtomicFile.Write(_source.PositionFile, _reader.Position, DeaJson.Default.LogPosition);
        }
    }

    private LogEntry ToEntry(ContainerLogLine line) => new(
        _source.SourceId, _source.InstanceId, _source.SourceType, line.Timestamp, line.IsError ? LogTypes.Err : LogTypes.Out, line.Text);
}

/// <summary>Where lines come from and whose they are.</summary>
/// <param name="PositionFile">Keeps how far they have been brought.</param>
internal sealed record LogTailSource(string Stream, string LogFile, string PositionFile, string SourceId, string InstanceId, string SourceType);
