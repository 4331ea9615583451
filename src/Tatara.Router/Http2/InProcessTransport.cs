using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Tatara.Router.Loops;
using Tatara.Router.Proxy;

namespace Tatara.Router.Http2;

/// <summary>Stands for a listener that only this process can reach.</summary>
internal sealed class InProcessEndPoint(string name) : EndPoint
{
    public override string ToString() => name;
}

/// <summary>
/// Joins the loops, which speak HTTP/1.1, with what speaks HTTP/2: Kestrel with clients, HttpClient with endpoints. Each connection is a pair of sockets, so that ends, resets and back-pressure are what they are
/// everywhere else.
/// </summary>
internal sealed class InProcessTransport(ILoggerFactory loggers) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>Where clients of HTTP/2 are served.</summary>
    public static readonly InProcessEndPoint Clients = new("HTTP/2 clients");

    private readonly Listener _listener = new();
    private readonly ConcurrentDictionary<ConnectionContext, bool> _clients = [];
    private readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions(), loggers.CreateLogger<InProcessTransport>());

    public bool CanBind(EndPoint endpoint) => endpoint is InProcessEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(_listener);

    /// <summary>Makes a connection to Kestrel for a client.</summary>
    /// <returns>The descriptor of this side, non-blocking.</returns>
    public int Connect(ClientAddress client, InterimFrames interims)
    {
        var (own, other) = Native.CreatePair();
        var connection = _connections.Create(new Socket(new SafeSocketHandle(other, ownsHandle: true)));
        connection.Features.Set(client);
        connection.Features.Set(interims);
        _clients[connection] = true;
        connection.ConnectionClosed.UnsafeRegister(_ => _clients.TryRemove(connection, out bool _), null);
        if (!_listener.Offer(connection)) connection.Abort();
        return own;
    }

    /// <summary>Asks each client to come by another connection for its next requests; those under way go on.</summary>
    public void SendElsewhere()
    {
        foreach (var (connection, _) in _clients) connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    /// <summary>Makes a connection that serves as one to an endpoint.</summary>
    /// <returns>The descriptor of this side, non-blocking.</returns>
    public static int Connect(Registry.Endpoint endpoint, ProxyLimits limits)
    {
        var (own, other) = Native.CreatePair();
        ThreadPool.QueueUserWorkItem(_ => _ = new EndpointStream(new Socket(new SafeSocketHandle(other, ownsHandle: true)), endpoint, limits).RunAsync());
        return own;
    }

    private sealed class Listener : IConnectionListener
    {
        private readonly Channel<ConnectionContext> _offered = Channel.CreateUnbounded<ConnectionContext>();

        public EndPoint EndPoint => Clients;

        public bool Offer(ConnectionContext connection) => _offered.Writer.TryWrite(connection);

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await _offered.Reader.WaitToReadAsync(cancellationToken) && _offered.Reader.TryRead(out var connection) ? connection : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _offered.Writer.TryComplete();
            return default;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
