using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tatara.Router.Registry;

namespace Tatara.Router.Tcp;

/// <summary>A port that the router listens on for a TCP route, with the connections that came in by it.</summary>
internal sealed partial class TcpPort
{
    private const int Backlog = 512;

    /// <summary>Without descriptors, accepting again at once would only burn a processor.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly RouteKey _key;
    private readonly TcpRouting _routing;
    private readonly TcpContext _context;
    private readonly CancellationToken _stopping;
    private readonly List<Socket> _listeners = [];
    private readonly ConcurrentDictionary<TcpConnection, Task> _connections = new();

    /// <exception cref="SocketException">The port cannot be had.</exception>
    public TcpPort(int port, TcpRouting routing, TcpContext context, CancellationToken stopping)
    {
        (_key, _routing, _context, _stopping) = (RouteKey.OfPort(port), routing, context, stopping);
        try
        {
            foreach (var address in context.Options.ListenAddresses.Count == 0 ? [AnyAddress] : context.Options.ListenAddresses.Select(IPAddress.Parse))
                _listeners.Add(Listen(address, port));
        }
        catch (SocketException)
        {
            Close();
            throw;
        }
        foreach (var listener in _listeners) _ = AcceptAsync(listener);
    }

    public IReadOnlyCollection<TcpConnection> Connections => (IReadOnlyCollection<TcpConnection>)_connections.Keys;

    /// <summary>Ends when the connections that are open now have ended.</summary>
    public Task Ended => Task.WhenAll(_connections.Values);

    private static IPAddress AnyAddress => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;

    /// <summary>Takes no further connections; those that are open go on.</summary>
    public void Close()
    {
        foreach (var listener in _listeners) listener.Dispose();
    }

    private static Socket Listen(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                Serve(await listener.AcceptAsync(_stopping));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (SocketException e)
            {
                Log.AcceptFailed(_context.Logger, _key, e.Message);
                await Task.Delay(Pause, _context.Time, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Serve(Socket client)
    {
        var open = _context.Counters.Enter();
        if (_context.Registry.Table.Find(_key) is not { } route || open > _routing.MaxConnections || _connections.Count >= _routing.MaxConnectionsPerRoute)
        {
            _context.Counters.Leave();
            _context.Counters.Refuse();
            client.Close(0);
            return;
        }
        var connection = new TcpConnection(client, route, _context);
        var start = new TaskCompletionSource();
        _connections[connection] = RunAsync(connection, start.Task);
        start.SetResult();
    }

    private async Task RunAsync(TcpConnection connection, Task start)
    {
        await start;
        await connection.RunAsync(_stopping);
        _connections.TryRemove(connection, out _);
        _context.Counters.Leave();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A connection of TCP route {Route} could not be accepted: {Reason}")]
        public static partial void AcceptFailed(ILogger logger, RouteKey route, string reason);
    }
}
