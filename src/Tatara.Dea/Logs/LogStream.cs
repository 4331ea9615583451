using System.Threading.Channels;
using Tatara.Protocol;

namespace Tatara.Dea.Logs;

/// <summary>A numbered stream of lines that the DEA itself writes, in order, sent on in the background.</summary>
internal sealed class LogStream : IAsyncDisposable
{
    private const int Capacity = 10_000;

    private readonly string _name;
    private readonly LogSender _sender;
    private readonly Channel<LogEntry> _entries = Channel.CreateBounded<LogEntry>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Task _pump;

    public LogStream(string name, LogSender sender)
    {
        (_name, _sender) = (name, sender);
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>False when the stream is full because log-cache has been away for long: the line is lost.</summary>
    public bool TryWrite(LogEntry entry) => _entries.Writer.TryWrite(entry);

    /// <summary>Waits for room.</summary>
    public ValueTask WriteAsync(LogEntry entry, CancellationToken cancellationToken) => _entries.Writer.WriteAsync(entry, cancellationToken);

    /// <summary>No more lines. True when all have arrived in time.</summary>
    public async Task<bool> FinishAsync(TimeSpan patience)
    {
        _entries.Writer.TryComplete();
        _giveUp.CancelAfter(patience);
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _pump.IsCompletedSuccessfully;
    }

    public async ValueTask DisposeAsync()
    {
        await FinishAsync(TimeSpan.Zero);
        _giveUp.Dispose();
    }

    private async Task PumpAsync()
    {
        long sequence = 0;
        var batch = new List<LogEntry>();
        while (await _entries.Reader.WaitToReadAsync(_giveUp.Token))
        {
            batch.Clear();
            while (batch.Count < LogSender.MaxBatchEntries && _entries.Reader.TryRead(out var entry)) batch.Add(entry);
            await _sender.SendAsync(_name, sequence, batch, _giveUp.Token);
            sequence += batch.Count;
        }
    }
}
