using System.Buffers;
using System.Text;

namespace Tatara.MessageBus;

/// <summary>
/// Bytes that wait to be sent. Publishers append under a lock, one writer takes all that is there at once, so many
/// small messages cost one system call. While the bus is away it keeps what was published, up to a bound.
/// </summary>
internal sealed class OutgoingBuffer(int capacity)
{
    /// <summary>A burst must not hold its memory for ever.</summary>
    private const int MaxKeptBytes = 256 * 1024;
    private const int FirstBytes = 4096;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly List<Range> _control = [];
    private ArrayBufferWriter<byte> _filling = new(FirstBytes);
    private ArrayBufferWriter<byte> _sending = new(FirstBytes);
    private TaskCompletionSource? _room;
    private bool _isClosed;

    public async ValueTask PublishAsync(string subject, string? replyTo, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var head = replyTo is null ? $"PUB {subject} {body.Length}\r\n" : $"PUB {subject} {replyTo} {body.Length}\r\n";
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task room;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isClosed, typeof(NatsConnection));
                if (_filling.WrittenCount == 0 || _filling.WrittenCount + head.Length + body.Length <= capacity)
                {
                    Append(head);
                    _filling.Write(body.Span);
                    _filling.Write("\r\n"u8);
                    break;
                }
                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }
            await room.WaitAsync(cancellationToken);
        }
        Signal();
    }

    /// <summary>Protocol lines of this session. They never wait: they are few and small.</summary>
    public void Control(string line)
    {
        lock (_lock)
        {
            var start = _filling.WrittenCount;
            Append(line);
            _control.Add(start.._filling.WrittenCount);
        }
        Signal();
    }

    /// <summary>The session is over: its protocol lines mean nothing to the next one, which gets only what was published.</summary>
    public void DropControl()
    {
        lock (_lock)
        {
            if (_control.Count == 0) return;
            var kept = new ArrayBufferWriter<byte>(Math.Max(FirstBytes, _filling.WrittenCount));
            var at = 0;
            foreach (var range in _control)
            {
                kept.Write(_filling.WrittenSpan[at..range.Start.Value]);
                at = range.End.Value;
            }
            kept.Write(_filling.WrittenSpan[at..]);
            _filling = kept;
            _control.Clear();
        }
    }

    /// <summary>Everything that waits, once there is something. Valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                if (_filling.WrittenCount > 0) return Take();
            }
            await _signal.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Whoever waits for room, or comes later, fails.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            FreeRoom();
        }
    }

    private ReadOnlyMemory<byte> Take()
    {
        (_filling, _sending) = (_sending, _filling);
        if (_filling.Capacity > MaxKeptBytes) _filling = new ArrayBufferWriter<byte>(FirstBytes);
        else _filling.ResetWrittenCount();
        _control.Clear();
        FreeRoom();
        return _sending.WrittenMemory;
    }

    private void FreeRoom()
    {
        _room?.SetResult();
        _room = null;
    }

    private void Append(string line) => Encoding.UTF8.GetBytes(line, _filling);

    private void Signal()
    {
        if (_signal.CurrentCount == 0) _signal.Release();
    }
}
