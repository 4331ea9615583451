using System.Runtime.InteropServices;

namespace Tatara.Router.Loops;

/// <summary>The kernel's calls that a loop is made of. None blocks: every descriptor is non-blocking.</summary>
internal static unsafe partial class Native
{
    public const uint EventIn = 0x1;
    public const uint EventOut = 0x4;
    public const uint EventError = 0x8;
    public const uint EventHangUp = 0x10;
    public const uint EventPeerClosed = 0x2000;
    public const uint EventExclusive = 1u << 28;
    public const uint EventEdge = 1u << 31;

    public const int Interrupted = 4;
    public const int Again = 11;
    public const int InProgress = 115;
    public const int ConnectionAborted = 103;

    private const int Add = 1;
    private const int Delete = 2;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int Stream = 1;
    private const int NoSignal = 0x4000;
    private const int Peek = 0x2;
    private const int LocalSocket = 1;
    private const int SetPipeSize = 1031;
    private const uint SpliceMove = 1;
    private const uint SpliceNonBlocking = 2;

    /// <summary>As the kernel lays it out on x86-64: packed.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Event
    {
        public uint Events;
        public int Descriptor;
        public int Generation;
    }

    public static int LastError => Marshal.GetLastPInvokeError();

    public static int CreatePoll() => Check(epoll_create1(CloseOnExec), "epoll_create1");

    public static int CreateWake() => Check(eventfd(0, CloseOnExec | NonBlocking), "eventfd");

    public static int Wait(int poll, Span<Event> events, int timeoutMilliseconds)
    {
        fixed (Event* first = events) return epoll_wait(poll, first, events.Length, timeoutMilliseconds);
    }

    public static void Register(int poll, int descriptor, int generation, uint events)
    {
        var wanted = new Event { Events = events, Descriptor = descriptor, Generation = generation };
        Check(epoll_ctl(poll, Add, descriptor, &wanted), "epoll_ctl");
    }

    public static void Unregister(int poll, int descriptor)
    {
        var none = default(Event);
        _ = epoll_ctl(poll, Delete, descriptor, &none);
    }

    /// <summary>Makes a thread that waits in its loop look up.</summary>
    public static void Wake(int wake)
    {
        var one = 1UL;
        _ = write(wake, &one, sizeof(ulong));
    }

    public static void ClearWake(int wake)
    {
        ulong count;
        _ = read(wake, &count, sizeof(ulong));
    }

    /// <returns>The descriptor, or -1: see <see cref="LastError"/>.</returns>
    public static int Socket(int family) => socket(family, Stream | NonBlocking | CloseOnExec, 0);

    public static int Connect(int descriptor, ReadOnlySpan<byte> address)
    {
        fixed (byte* first = address) return connect(descriptor, first, address.Length);
    }

    /// <param name="address">Gets the peer's.</param>
    public static int Accept(int listener, Span<byte> address, out int length)
    {
        var count = address.Length;
        fixed (byte* first = address)
        {
            var descriptor = accept4(listener, first, &count, NonBlocking | CloseOnExec);
            length = count;
            return descriptor;
        }
    }

    public static nint Receive(int descriptor, Span<byte> buffer)
    {
        fixed (byte* first = buffer) return recv(descriptor, first, buffer.Length, 0);
    }

    /// <summary>Looks whether there is something to read, or the end, and leaves it there.</summary>
    public static nint PeekByte(int descriptor)
    {
        byte first;
        return recv(descriptor, &first, 1, Peek);
    }

    /// <summary>Reads what there is and leaves it there.</summary>
    public static nint PeekAt(int descriptor, Span<byte> buffer)
    {
        fixed (byte* first = buffer) return recv(descriptor, first, buffer.Length, Peek);
    }

    public static nint Send(int descriptor, ReadOnlySpan<byte> data)
    {
        fixed (byte* first = data) return send(descriptor, first, data.Length, NoSignal);
    }

    /// <summary>Two pieces in one call.</summary>
    public static nint Send(int descriptor, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        fixed (byte* first = head, second = body)
        {
            var pieces = stackalloc Piece[2];
            pieces[0] = new Piece { Start = first, Length = head.Length };
            pieces[1] = new Piece { Start = second, Length = body.Length };
            var message = new Message { Pieces = pieces, PieceCount = 2 };
            return sendmsg(descriptor, &message, NoSignal);
        }
    }

    public static int SetOption(int descriptor, int level, int option, int value) => setsockopt(descriptor, level, option, &value, sizeof(int));

    /// <summary>Closing sends a reset: what the peer got is not the whole.</summary>
    public static void ResetOnClose(int descriptor)
    {
        var linger = 1L;
        _ = setsockopt(descriptor, SocketLevel, LingerOption, &linger, sizeof(long));
    }

    /// <summary>The error of a connect that was in progress; 0 when it succeeded.</summary>
    public static int PendingError(int descriptor)
    {
        int error, length = sizeof(int);
        return getsockopt(descriptor, SocketLevel, ErrorOption, &error, &length) == 0 ? error : LastError;
    }

    public static void FinishSending(int descriptor) => _ = shutdown(descriptor, 1);

    public static void Close(int descriptor) => _ = close(descriptor);

    /// <summary>Two connected sockets of this machine: the first for a loop, the second for whom the caller gives it.</summary>
    public static (int Own, int Other) CreatePair()
    {
        var pair = stackalloc int[2];
        Check(socketpair(LocalSocket, Stream | CloseOnExec | NonBlocking, 0, pair), "socketpair");
        return (pair[0], pair[1]);
    }

    /// <summary>A pipe that holds so many bytes, or fewer where the kernel is sparing.</summary>
    public static bool TryCreatePipe(int capacity, out int reading, out int writing)
    {
        var pipe = stackalloc int[2];
        var isMade = pipe2(pipe, CloseOnExec | NonBlocking) == 0;
        (reading, writing) = isMade ? (pipe[0], pipe[1]) : (-1, -1);
        if (isMade) _ = fcntl(writing, SetPipeSize, capacity);
        return isMade;
    }

    /// <summary>Moves bytes between a socket and a pipe, in the kernel.</summary>
    public static nint Splice(int from, int to, nint most) => splice(from, null, to, null, most, SpliceMove | SpliceNonBlocking);

    public const int SocketLevel = 1;
    public const int TcpLevel = 6;
    public const int KeepAliveOption = 9;
    public const int NoDelayOption = 1;
    public const int KeepIdleOption = 4;
    public const int KeepIntervalOption = 5;
    public const int KeepCountOption = 6;
    private const int LingerOption = 13;
    private const int ErrorOption = 4;

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new InvalidOperationException($"{call} failed: {Marshal.GetPInvokeErrorMessage(LastError)}.");

    private struct Piece
    {
        public byte* Start;
        public nint Length;
    }

    private struct Message
    {
        public void* Name;
        public uint NameLength;
        public Piece* Pieces;
        public nint PieceCount;
        public void* Control;
        public nint ControlLength;
        public int Flags;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int poll, int operation, int descriptor, Event* wanted);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int poll, Event* events, int count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint value, int flags);

    [LibraryImport("libc")]
    private static partial nint read(int descriptor, void* buffer, nint length);

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, void* buffer, nint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(int descriptor, byte* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int accept4(int listener, byte* address, int* length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendmsg(int descriptor, Message* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int descriptor, int level, int option, void* value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockopt(int descriptor, int level, int option, void* value, int* length);

    [LibraryImport("libc")]
    private static partial int shutdown(int descriptor, int how);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socketpair(int family, int type, int protocol, int* pair);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(int* pipe, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint splice(int from, long* fromOffset, int to, long* toOffset, nint length, uint flags);
}
