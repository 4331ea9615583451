using Tatara.Router.Loops;
using Tatara.Router.Registry;

namespace Tatara.Router.Proxy.Backends;

/// <summary>A connection to an endpoint, lent to one request at a time.</summary>
internal sealed class BackendConnection(Endpoint endpoint, LoopSocket socket)
{
    public Endpoint Endpoint { get; } = endpoint;

    public LoopSocket Socket { get; } = socket;

    /// <summary>Requests it has served. After the first the endpoint may have closed it meanwhile; after the second it is known to keep connections.</summary>
    public int Served { get; set; }

    public bool IsReused => Served > 0;

    /// <summary>When it was last given back, in the loop's milliseconds.</summary>
    public long IdleSince { get; set; }

    /// <summary>
    /// Whether the endpoint has closed an idle connection, or sent something that nobody asked for: an answer read from
    /// it would be that of no request, or of another's.
    /// </summary>
    public bool IsSpoilt => Socket.IsClosed || Socket.HasEnded || Socket.MayHaveInput;

    /// <summary>The same by asking the kernel, for requests that must not be sent in vain.</summary>
    public bool IsSpoiltNow => IsSpoilt || Native.PeekByte(Socket.Descriptor) >= 0 || Native.LastError != Native.Again;

    /// <summary>Begins to connect. The socket has room once it is through, and <see cref="HasConnected"/> says whether it is.</summary>
    /// <returns>Null when there is no way to the address.</returns>
    public static BackendConnection? Connect(Endpoint endpoint, Loop loop, ReadOnlySpan<byte> address)
    {
        var descriptor = Native.Socket(address[0]);
        if (descriptor < 0) return null;
        if (Native.Connect(descriptor, address) != 0 && Native.LastError != Native.InProgress)
        {
            Native.Close(descriptor);
            return null;
        }
        _ = Native.SetOption(descriptor, Native.TcpLevel, Native.NoDelayOption, 1);
        return new BackendConnection(endpoint, new LoopSocket(loop, descriptor, isConnected: false));
    }

    public bool HasConnected => !Socket.IsClosed && Native.PendingError(Socket.Descriptor) == 0;

    public void Close() => Socket.Close();
}
