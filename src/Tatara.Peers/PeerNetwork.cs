using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Tatara.Peers;

/// <summary>
/// How a part reaches the others over the network: by mutual TLS, a role's name leading to whichever of its hosts answers.
/// Parts that share a machine have none: nothing leaves the loopback interface.
/// </summary>
/// <param name="portOf">Where the parts of a role listen, on whichever host.</param>
public sealed class PeerNetwork(PeerTls tls, Func<string, int> portOf)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PooledConnectionLifetime = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, int> _lastGood = [];

    /// <summary>This part's side of mutual TLS.</summary>
    public PeerTls Tls => tls;

    /// <summary>To ask other parts, without a proxy: they belong to the same platform.</summary>
    /// <param name="network">Null on one machine.</param>
    /// <param name="orPublic">Also for addresses outside, by the authorities that this machine knows.</param>
    public static SocketsHttpHandler CreateHandler(PeerNetwork? network, bool orPublic = false)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, PooledConnectionLifetime = PooledConnectionLifetime };
        if (network is null) return handler;
        handler.SslOptions = network.Tls.Client(orPublic: orPublic);
        handler.ConnectCallback = async (context, cancellationToken) => await network.DialAsync(context.DnsEndPoint, cancellationToken);
        return handler;
    }

    /// <summary>Listens for other parts.</summary>
    public static void Listen(KestrelServerOptions kestrel, PeerNetwork? network, string address, int port) =>
        kestrel.Listen(IPAddress.Parse(address), port, listen =>
        {
            if (network is not null) listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(network.Tls.Server()) });
        });

    /// <summary>A connection may outlive the membership of whom it is with: each request is looked at.</summary>
    public static void RequireMembers(IApplicationBuilder app, PeerNetwork? network)
    {
        if (network is null) return;
        app.Use((context, next) =>
        {
            if (network.Tls.IsStillMember(context.Connection.ClientCertificate)) return next(context);
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        });
    }

    private async ValueTask<Stream> DialAsync(DnsEndPoint asked, CancellationToken cancellationToken)
    {
        if (!asked.Host.EndsWith(PeerName.Suffix, StringComparison.Ordinal)) return await ConnectAsync(asked, cancellationToken);
        var role = asked.Host[..^PeerName.Suffix.Length];
        var hosts = tls.Members.AddressesOf(role).ToList();
        if (hosts.Count == 0) throw new IOException($"No host of this platform has the role {role}.");
        int first;
        lock (_lastGood) first = _lastGood.GetValueOrDefault(asked.Host);
        for (var i = 0; ; i++)
        {
            var number = (first + i) % hosts.Count;
            try
            {
                var stream = await ConnectAsync(new DnsEndPoint(hosts[number], portOf(role)), cancellationToken);
                lock (_lastGood) _lastGood[asked.Host] = number;
                return stream;
            }
            catch (Exception e) when (i + 1 < hosts.Count && e is SocketException or TimeoutException)
            {
                // The next one may answer.
            }
        }
    }

    private static async Task<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, cancellationToken).AsTask().WaitAsync(ConnectTimeout, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
