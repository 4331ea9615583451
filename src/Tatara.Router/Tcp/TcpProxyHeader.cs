using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tatara.Router.ProxyProtocol;

namespace Tatara.Router.Tcp;

/// <summary>What a load balancer says before the client's first byte. The app does not get it.</summary>
internal static partial class TcpProxyHeader
{
    /// <returns>Who the client is, and what came after the header; null when the connection is of no use.</returns>
    public static async Task<(IPEndPoint Client, ReadOnlyMemory<byte> Early)?> ReadAsync(Socket client, TcpContext context, CancellationToken stopping)
    {
        if (client.RemoteEndPoint is not IPEndPoint peer) return null;
        if (peer.Address.IsIPv4MappedToIPv6) peer = new IPEndPoint(peer.Address.MapToIPv4(), peer.Port);
        if (!context.Balancers.Contain(peer.Address)) return (peer, ReadOnlyMemory<byte>.Empty);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(context.Options.Limits.HandshakeTimeout);
        var bytes = new byte[ProxyHeader.MaxBytes];
        for (var count = 0; ;)
        {
            var received = await client.ReceiveAsync(bytes.AsMemory(count), SocketFlags.None, patience.Token);
            if (received == 0) return null;
            count += received;
            switch (ProxyHeader.TryRead(bytes.AsSpan(0, count), out var header, out var length))
            {
                case ProxyHeaderStatus.Complete:
                    return (header.Source ?? peer, bytes.AsMemory(length, count - length));
                case ProxyHeaderStatus.Invalid:
                    Log.NoProxyHeader(context.Logger, peer);
                    return null;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Peer} is a load balancer that speaks the PROXY protocol, and began a connection of a TCP route without its header; the connection was closed. Make it send one, or take it out of the networks that do.")]
        public static partial void NoProxyHeader(ILogger logger, IPEndPoint peer);
    }
}
