using Tatara.Dea.Linux;
using Tatara.Dea.State;
using Tatara.Protocol;

namespace Tatara.Dea.Logs;

/// <summary>Brings what one instance's container writes to log-cache: every line once, whatever is restarted in between, and at most as much as its app may log.</summary>
internal sealed class LogTail : IAsyncDisposable
{
    /// <summary>What is missing is told at most this often.</summary>
    private static readonly TimeSpan NoticeInterval = TimeSpan.FromSeconds(1);

    private readonly LogTailSource _source;
    private readonly LogSender _sender;
    private readonly TimeProvider _time;
    private readonly ContainerLogReader _reader;
    private readonly LogRateLimit _limit;
    private readonly CancellationTokenSource _cancel = new();
    private readonly Task _run;
    private long _sequence;
    private long _bytes;
    private long _noticed;

    public LogTail(LogTailSource source, LogSender sender, FileWatch watch, TimeProvider time)
    {
        (_source, _sender, _time) = (source, sender, time);
        var position = AtomicFile.Read(source.PositionFile, DeaJson.Default.LogPosition) ?? LogPosition.Start;
        _reader = new ContainerLogReader(source.LogFile, position.Reading, source.LoggedBytes, watch);
        _limit = new LogRateLimit(source.BytesPerSecond, position.Second);
        _sequence = position.Sequence;
        _run = Task.Run(RunAsync);
    }

    /// <summary>Bytes of the lines brought so far.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

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
            var reading = _reader.ReadAsync(_cancel.Token);
            await TellWhileAsync(reading);
            var lines = await reading;
            if (lines.Count == 0) break;
            var entries = lines.Where(_limit.Admits).Select(ToEntry).ToList();
            await _sender.SendAsync(_source.Stream, _sequence, entries, _cancel.Token);
            _sequence += entries.Count;
            Interlocked.Add(ref _bytes, entries.Sum(entry => entry.Payload.Length));
            SavePosition();
        }
        TellWhatIsMissing();
    }

    /// <summary>A full disk is no reason to read on no more: what the next run of the DEA sends a second time, log-cache has already.</summary>
    private void SavePosition()
    {
        try
        {
            AtomicFile.Write(_source.PositionFile, new LogPosition(_reader.Position, _sequence, _limit.Second), DeaJson.Default.LogPosition);
        }
        catch (IOException)
        {
            // Said by whoever keeps the disk.
        }
    }

    /// <summary>Nobody is to wait for the next line to learn that some are missing.</summary>
    private async Task TellWhileAsync(Task reading)
    {
        while (_limit.Dropped > 0 || _reader.LostBytes > 0)
        {
            var pause = NoticeInterval - _time.GetElapsedTime(_noticed);
            if (_noticed != 0 && pause > TimeSpan.Zero && await Task.WhenAny(reading, Task.Delay(pause, _time, _cancel.Token)) == reading) return;
            _cancel.Token.ThrowIfCancellationRequested();
            TellWhatIsMissing();
        }
    }

    private void TellWhatIsMissing()
    {
        _noticed = _time.GetTimestamp();
        if (_reader.TakeLostBytes() is > 0 and var lost) _source.Tell(LostLog.Notice(lost));
        if (_limit.TakeNotice() is { } notice) _source.Tell(notice);
    }

    private LogEntry ToEntry(ContainerLogLine line) => new(
        _source.SourceId, _source.InstanceId, _source.SourceType, line.Timestamp, line.IsError ? LogTypes.Err : LogTypes.Out, line.Text);
}

/// <summary>Where lines come from and whose they are.</summary>
/// <param name="LoggedBytes">How much the log has had in all, when that is known.</param>
/// <param name="PositionFile">Keeps how far they have been brought.</param>
/// <param name="BytesPerSecond">As <see cref="LogRateLimit"/> has it.</param>
/// <param name="Tell">Says something in the same log.</param>
internal sealed record LogTailSource(
    string Stream, string LogFile, Func<long?> LoggedBytes, string PositionFile, string SourceId, string InstanceId, string SourceType, long? BytesPerSecond, Action<string> Tell);
