using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Tatara.Router.Proxy;

/// <summary>What is known of a client before it has said anything; written once, as heads and log lines need it.</summary>
internal sealed class ClientAddress
{
    public ClientAddress(ConnectionContext connection)
    {
        var remote = (IPEndPoint)connection.RemoteEndPoint!;
        var ip = remote.Address.IsIPv4MappedToIPv6 ? remote.Address.MapToIPv4() : remote.Address;
        Ip = Encoding.ASCII.GetBytes(ip.ToString());
        IpAndPort = Encoding.ASCII.GetBytes(new IPEndPoint(ip, remote.Port).ToString());
        LocalPort = ((IPEndPoint)connection.LocalEndPoint!).Port;
        IsHttps = connection.Features.Get<ITlsHandshakeFeature>() is not null;
    }

    public byte[] Ip { get; }
    public byte[] IpAndPort { get; }
    public int LocalPort { get; }
    public bool IsHttps { get; }
    public ReadOnlySpan<byte> Scheme => IsHttps ? "https"u8 : "http"u8;
}
