using System.Runtime.CompilerServices;

namespace Tatara.Router.Loops;

/// <summary>
/// A non-blocking socket that belongs to one loop and is used on its thread alone, so that nothing here needs a lock.
/// Whoever wants bytes tries, and when there are none waits until there may be some; no buffer is held meanwhile. Each
/// direction has one waiter at most. A wait may also end for another reason (<see cref="Interrupt"/>): look again.
/// </summary>
internal class LoopSocket
{
    /// <summary>Nothing to read, or no room to write, now.</summary>
    public const int WouldBlock = -1;

    /// <summary>The connection broke, or was closed on this side.</summary>
    public const int Failed = -2;

    private const int CheapToCopy = 2048;

    private Action? _reader;
    private Action? _writer;
    private bool _canRead;
    private bool _canWrite;

    /// <param name="isConnected">Else it becomes writable when its connect is through.</param>
    public LoopSocket(Loop loop, int descriptor, bool isConnected)
    {
        Loop = loop;
        Descriptor = descriptor;
        // Most clients have sent something by the time they are accepted: the first read is tried without asking.
        _canRead = _canWrite = isConnected;
        loop.Add(this);
    }

    public Loop Loop { get; }
    public int Descriptor { get; }

    /// <summary>Of the loop: tells this socket from an earlier one with the same descriptor.</summary>
    public int Generation { get; set; }

    public bool IsClosed { get; private set; }

    /// <summary>The peer sent its last byte or vanished; some may still be unread.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Called when <see cref="HasEnded"/> comes true.</summary>
    public Action? Ended { get; set; }

    /// <summary>Whether something arrived that nobody has read, as far as the loop knows.</summary>
    public virtual bool MayHaveInput => _canRead;

    /// <summary>Whether the kernel took all that was sent so far, as far as the loop knows.</summary>
    public bool MayHaveRoom => _canWrite;

    /// <summary>Ends when a read may find something.</summary>
    public Readiness Readable => new(this, forReading: true);

    /// <summary>Ends when a write may find room.</summary>
    public Readiness Writable => new(this, forReading: false);

    /// <returns>The count, 0 at the end, <see cref="WouldBlock"/> or <see cref="Failed"/>.</returns>
    public virtual int TryReceive(Span<byte> buffer)
    {
        if (IsClosed) return Failed;
        var count = Native.Receive(Descriptor, buffer);
        if (count > 0)
        {
            // Less than asked for means that there is no more; an end that came with it is still to be read.
            if (count < buffer.Length && !HasEnded) _canRead = false;
            return (int)count;
        }
        return count == 0 ? 0 : AfterFailure(ref _canRead);
    }

    /// <summary>Looks at what came first, beneath any TLS, and leaves it there. A wait for input ends when there is more than that.</summary>
    /// <returns>The count, 0 at the end, <see cref="WouldBlock"/> or <see cref="Failed"/>.</returns>
    public int TryPeek(Span<byte> buffer)
    {
        if (IsClosed) return Failed;
        var count = Native.PeekAt(Descriptor, buffer);
        if (count >= 0) return (int)count;
        return AfterFailure(ref _canRead);
    }

    /// <summary>Takes what <see cref="TryPeek"/> showed.</summary>
    public void Skip(Span<byte> peeked) => _ = Native.Receive(Descriptor, peeked);

    /// <returns>The count, <see cref="WouldBlock"/> or <see cref="Failed"/>.</returns>
    public virtual int TrySend(ReadOnlySpan<byte> data)
    {
        if (IsClosed) return Failed;
        var count = (int)Native.Send(Descriptor, data);
        return count < 0 ? AfterFailure(ref _canWrite) : AfterSending(count, data.Length);
    }

    /// <summary>Sends two pieces as one.</summary>
    public virtual int TrySend(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        if (IsClosed) return Failed;
        if (head.Length + body.Length <= CheapToCopy)
        {
            // Cheaper than a call with two pieces.
            Span<byte> both = stackalloc byte[CheapToCopy];
            head.CopyTo(both);
            body.CopyTo(both[head.Length..]);
            return TrySend(both[..(head.Length + body.Length)]);
        }
        var count = (int)Native.Send(Descriptor, head, body);
        return count < 0 ? AfterFailure(ref _canWrite) : AfterSending(count, head.Length + body.Length);
    }

    /// <summary>Whether bytes can be moved to and from it without being seen.</summary>
    public virtual bool CanSplice => true;

    /// <summary>Moves what has arrived into an empty pipe.</summary>
    /// <returns>As <see cref="TryReceive"/>.</returns>
    public int TrySpliceInto(SplicePipe pipe, long most)
    {
        if (IsClosed) return Failed;
        var count = (int)pipe.Fill(Descriptor, most);
        return count < 0 ? AfterFailure(ref _canRead) : count;
    }

    /// <summary>Sends what a pipe holds.</summary>
    /// <returns>As <see cref="TrySend(ReadOnlySpan{byte})"/>.</returns>
    public int TrySpliceFrom(SplicePipe pipe)
    {
        if (IsClosed) return Failed;
        var count = (int)pipe.Drain(Descriptor);
        return count < 0 ? AfterFailure(ref _canWrite) : count;
    }

    /// <summary>Asks the kernel whether there is input: after moving bytes unseen, nobody knows.</summary>
    public void LookForInput()
    {
        if (!IsClosed && !HasEnded && Native.PeekByte(Descriptor) < 0 && Native.LastError == Native.Again) _canRead = false;
    }

    /// <summary>Tells the peer that nothing more comes, while it may go on sending.</summary>
    public virtual void FinishSending()
    {
        if (!IsClosed) Native.FinishSending(Descriptor);
    }

    /// <summary>Ends it at once; whoever waits finds it <see cref="Failed"/>.</summary>
    public virtual void Close()
    {
        if (IsClosed) return;
        IsClosed = true;
        Loop.Remove(this);
        Native.Close(Descriptor);
        Interrupt();
    }

    /// <summary>Ends it so that the peer cannot take what it got for the whole.</summary>
    public void Abort()
    {
        if (!IsClosed) Native.ResetOnClose(Descriptor);
        Close();
    }

    /// <summary>Ends the waits, so that the waiters look at what else has changed.</summary>
    public void Interrupt()
    {
        Resume(ref _reader);
        Resume(ref _writer);
    }

    /// <summary>Finds peers that vanished without a word behind tunnels, which may be silent for ever.</summary>
    public void KeepAlive()
    {
        const int idleSeconds = 60, intervalSeconds = 15, probes = 4;
        _ = Native.SetOption(Descriptor, Native.SocketLevel, Native.KeepAliveOption, 1);
        _ = Native.SetOption(Descriptor, Native.TcpLevel, Native.KeepIdleOption, idleSeconds);
        _ = Native.SetOption(Descriptor, Native.TcpLevel, Native.KeepIntervalOption, intervalSeconds);
        _ = Native.SetOption(Descriptor, Native.TcpLevel, Native.KeepCountOption, probes);
    }

    /// <summary>Of the loop: what the kernel says of the socket. Waiters go on once all of it is known.</summary>
    public void OnEvents(uint events)
    {
        if ((events & (Native.EventIn | Native.EventPeerClosed | Native.EventHangUp | Native.EventError)) != 0)
        {
            _canRead = true;
            Resume(ref _reader);
        }
        if ((events & (Native.EventOut | Native.EventHangUp | Native.EventError)) != 0)
        {
            _canWrite = true;
            Resume(ref _writer);
        }
        if (HasEnded || (events & (Native.EventPeerClosed | Native.EventHangUp | Native.EventError)) == 0) return;
        HasEnded = true;
        if (Ended is { } ended) Loop.Enqueue(ended);
    }

    private int AfterSending(int count, int wanted)
    {
        if (count < wanted) _canWrite = false;
        return count;
    }

    private static int AfterFailure(ref bool can)
    {
        switch (Native.LastError)
        {
            case Native.Again:
                can = false;
                return WouldBlock;
            case Native.Interrupted:
                return WouldBlock;
            default:
                return Failed;
        }
    }

    /// <summary>Of those that read ahead or only looked: a wait for input ends only when the kernel has more.</summary>
    public void ForgetInput() => _canRead = HasEnded;

    protected void ForgetRoom() => _canWrite = false;

    private void Resume(ref Action? waiter)
    {
        if (waiter is not { } continuation) return;
        waiter = null;
        Loop.Enqueue(continuation);
    }

    /// <summary>What is awaited: runs on, on the loop, when the socket is ready.</summary>
    public readonly struct Readiness(LoopSocket socket, bool forReading) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => socket.IsClosed || (forReading ? socket.MayHaveInput : socket._canWrite);

        public Readiness GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation)
        {
            ref var waiter = ref forReading ? ref socket._reader : ref socket._writer;
            if (waiter is not null) throw new InvalidOperationException("Two wait for one direction of a socket.");
            waiter = continuation;
        }
    }
}
