using Microsoft.AspNetCore.Connections;

namespace Tatara.Router.Proxy;

/// <summary>Where Kestrel's transport hands over a connection, after TLS.</summary>
internal sealed class ProxyConnectionHandler(ProxyContext context) : ConnectionHandler
{
    public override Task OnConnectedAsync(ConnectionContext connection) => new ClientConnection(connection, context).RunAsync();
}
