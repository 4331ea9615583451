using System.Buffers;
using System.Text;

namespace Tatara.MessageBus;

/// <summary>
/// Bytes that wait to be sent. Publishers append under a lock, one writer takes all that is there at once, so many
/// small messages cost one system call. While the bus is away it keeps what was published, up to a bound.
/// </summary>
internal sealed class OutgoingBuffer(int capacity)
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _signal = new(0);
    private ArrayBufferWriter<byte> _filling = new(4096);
    private ArrayBufferWriter<byte> _sending = new(4096);
    private TaskCompletionSource? _room;

    public async ValueTask PublishAsync(string subject, string? replyTo, byte[] body, CancellationToken cancellationToken)
    {
        NatsConnection.ValidateSubject(subject);
        var head = replyTo is null ? $"PUB {subject} {body.Length}\r\n" : $"PUB {subject} {replyTo} {body.Length}\r\n";
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (_filling.WrittenCount == 0 || _filling.WrittenCount + body.Length <= capacity)
                {
                    Append(head);
                    _filling.Write(body);
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

    /// <summary>Protocol lines never wait: they are few and small.</summary>
    public void Control(string line)
    {
        lock (_lock) Append(line);
        Signal();
    }

    /// <summary>Everything that waits, once there is something. Valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _signal.WaitAsync(cancellationToken);
            lock (_lock)
            {
                if (_filling.WrittenCount == 0) continue;
                (_filling, _sending) = (_sending, _filling);
                if (_filling.Capacity > MaxKeptBytes) _filling = new ArrayBufferWriter<byte>(4096);
                else _filling.ResetWrittenCount();
                _room?.SetResult();
                _room = null;
            }
            return _sending.WrittenMemory;
        }
    }

    public async Task DrainAsync(TimeSpan patience)
    {
        var deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (Environment.TickCount64 < deadline)
        {
            lock (_lock)
            {
                if (_filling.WrittenCount == 0) return;
            }
            await Task.Delay(5);
        }
    }

    /// <summary>A burst must not hold its memory for ever.</summary>
    private const int MaxKeptBytes = 256 * 1024;

    private void Append(string line) => Encoding.UTF8.GetBytes(line, _filling);

    private void Signal()
    {
        if (_signal.CurrentCount == 0) _signal.Release();
    }
}
