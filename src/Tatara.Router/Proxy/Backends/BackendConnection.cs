using System.Net;
using System.Net.Sockets;
using Tatara.Router.Registry;

namespace Tatara.Router.Proxy.Backends;

/// <summary>A connection to an endpoint, lent to one request at a time.</summary>
internal sealed class BackendConnection(Endpoint endpoint)
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public Endpoint Endpoint { get; } = endpoint;

    /// <summary>Whether it has served a request before, so that the endpoint may have closed it meanwhile.</summary>
    public bool IsReused { get; set; }

    /// <summary>When it was last given back.</summary>
    public long IdleSince { get; set; }

    public ValueTask ConnectAsync(CancellationToken cancellationToken)
    {
        var (host, port) = (Endpoint.Address.Host, Endpoint.Address.Port);
        EndPoint remote = IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);
        return _socket.ConnectAsync(remote, cancellationToken);
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => _socket.ReceiveAsync(buffer, SocketFlags.None);

    public ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        var sending = _socket.SendAsync(data, SocketFlags.None);
        if (!sending.IsCompletedSuccessfully) return SendRestAsync(data, sending);
        var sent = sending.Result;
        return sent == data.Length ? default : SendRestAsync(data, new ValueTask<int>(sent));
    }

    /// <summary>
    /// Whether the endpoint has closed an idle connection, or sent something that nobody asked for: an answer read from
    /// it would be that of no request, or of another's.
    /// </summary>
    public bool IsSpoilt => _socket.Poll(0, SelectMode.SelectRead);

    public void FinishSending() => _socket.Shutdown(SocketShutdown.Send);

    public void KeepAlive() => TcpKeepAlive.Enable(_socket);

    /// <summary>Ends it at once. Whoever waits for it gets a <see cref="SocketException"/> or <see cref="ObjectDisposedException"/>.</summary>
    public void Close() => _socket.Dispose();

    private async ValueTask SendRestAsync(ReadOnlyMemory<byte> data, ValueTask<int> sending)
    {
        var sent = await sending;
        while (sent < data.Length) sent += await _socket.SendAsync(data[sent..], SocketFlags.None);
    }
}
