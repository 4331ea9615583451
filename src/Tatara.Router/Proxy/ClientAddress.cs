using System.Buffers.Binary;
using System.Net;

namespace Tatara.Router.Proxy;

/// <summary>What is known of a client before it has said anything; written once, as heads and log lines need it.</summary>
internal sealed class ClientAddress
{
    private const int LongestText = 64;
    private byte[]? _ipAndPort;

    public ClientAddress(IPEndPoint remote, int localPort, bool isHttps, TrustedProxies? trusted = null)
    {
        var ip = remote.Address.IsIPv4MappedToIPv6 ? remote.Address.MapToIPv4() : remote.Address;
        Remote = new IPEndPoint(ip, remote.Port);
        Span<byte> text = stackalloc byte[LongestText];
        Ip = ip.TryFormat(text, out var length) ? text[..length].ToArray() : [];
        (LocalPort, IsHttps) = (localPort, isHttps);
        Trust = trusted?.Of(ip) ?? ForwardedTrust.None;
    }

    public static ClientAddress None { get; } = new(new IPEndPoint(IPAddress.None, 0), 0, isHttps: false);

    public IPEndPoint Remote { get; }
    public byte[] Ip { get; }
    public byte[] IpAndPort => _ipAndPort ??= System.Text.Encoding.ASCII.GetBytes(Remote.ToString());

    /// <summary>Whether what it says of those before it is believed.</summary>
    public ForwardedTrust Trust { get; }

    /// <summary>The certificate it showed in a handshake and was let in with, as X-Forwarded-Client-Cert has it.</summary>
    public byte[]? Certificate { get; set; }

    /// <summary>It is a load balancer that says first whom it speaks for.</summary>
    public bool BeginsWithProxyHeader { get; set; }

    public int LocalPort { get; }
    public bool IsHttps { get; }
    public ReadOnlySpan<byte> Scheme => IsHttps ? "https"u8 : "http"u8;

    /// <summary>Reads what the kernel says of an accepted connection's peer.</summary>
    public static IPEndPoint Parse(ReadOnlySpan<byte> address)
    {
        const int familySize = 2, portSize = 2, flowSize = 4, ipv4Size = 4, ipv6Size = 16, interNetwork6 = 10;
        var port = BinaryPrimitives.ReadUInt16BigEndian(address[familySize..]);
        var rest = address[(familySize + portSize)..];
        return BinaryPrimitives.ReadUInt16LittleEndian(address) == interNetwork6
            ? new IPEndPoint(new IPAddress(rest.Slice(flowSize, ipv6Size)), port)
            : new IPEndPoint(new IPAddress(rest[..ipv4Size]), port);
    }
}
