using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Tatara.Router.Loops;

namespace Tatara.Router.Http2;

/// <summary>Stands for a listener that only this process can reach.</summary>
internal sealed class InProcessEndPoint(string name) : EndPoint
{
    public override string ToString() => name;
}

/// <summary>
/// Gives Kestrel connections that the proxy's loops make: it speaks HTTP/2, with clients and with endpoints, and the
/// loops speak HTTP/1.1. Each connection is a pair of sockets, so that ends, resets and back-pressure are what they are
/// everywhere else.
/// </summary>
internal sealed class InProcessTransport(ILoggerFactory loggers) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>Where clients of HTTP/2 are served.</summary>
    public static readonly InProcessEndPoint Clients = new("HTTP/2 clients");

    /// <summary>Where requests come to that are for endpoints of HTTP/2.</summary>
    public static readonly InProcessEndPoint Endpoints = new("HTTP/2 endpoints");

    private readonly Dictionary<EndPoint, Listener> _listeners = new() { [Clients] = new(Clients), [Endpoints] = new(Endpoints) };
    private readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions(), loggers.CreateLogger<InProcessTransport>());

    public bool CanBind(EndPoint endpoint) => endpoint is InProcessEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(_listeners[endpoint]);

    /// <summary>Makes a connection to one of the listeners.</summary>
    /// <param name="feature">What requests on it can know of it.</param>
    /// <returns>The descriptor of this side, non-blocking.</returns>
    public int Connect<TFeature>(InProcessEndPoint endpoint, TFeature feature)
    {
        var (own, other) = Native.CreatePair();
        var connection = _connections.Create(new Socket(new SafeSocketHandle(other, ownsHandle: true)));
        connection.Features.Set(feature);
        if (!_listeners[endpoint].Offer(connection)) connection.Abort();
        return own;
    }

    private sealed class Listener(EndPoint endpoint) : IConnectionListener
    {
        private readonly Channel<ConnectionContext> _offered = Channel.CreateUnbounded<ConnectionContext>();

        public EndPoint EndPoint { get; } = endpoint;

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
