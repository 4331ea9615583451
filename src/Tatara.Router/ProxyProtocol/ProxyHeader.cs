using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Tatara.Router.ProxyProtocol;

/// <summary>How far the reading of a PROXY header came.</summary>
internal enum ProxyHeaderStatus
{
    Complete,

    /// <summary>More bytes are needed.</summary>
    Incomplete,

    /// <summary>This is no PROXY header; the connection must be closed, as whoever sent it was to send one.</summary>
    Invalid,
}

/// <summary>
/// What a load balancer says about a connection before its first byte: PROXY protocol, versions 1 and 2. To be read only
/// from load balancers that are believed; anybody can write one. Pure; knows no more than the bytes so far.
/// </summary>
/// <param name="Source">The client; null: the balancer speaks for itself (health checks), or does not know.</param>
/// <param name="Destination">What the client dialled.</param>
internal readonly record struct ProxyHeader(IPEndPoint? Source, IPEndPoint? Destination)
{
    /// <summary>The longest version 1 line, and more than any version 2 header that is in use.</summary>
    public const int MaxBytes = 1024;

    private const int MaxLineBytes = 107;
    private const int FixedBytes = 16;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;
    private static ReadOnlySpan<byte> LineStart => "PROXY "u8;

    /// <param name="length">Of the header; what follows is the client's.</param>
    public static ProxyHeaderStatus TryRead(ReadOnlySpan<byte> bytes, out ProxyHeader header, out int length)
    {
        (header, length) = (default, 0);
        if (bytes.IsEmpty) return ProxyHeaderStatus.Incomplete;
        return bytes[0] == Signature[0] ? TryReadBinary(bytes, out header, out length) : TryReadLine(bytes, out header, out length);
    }

    private static ProxyHeaderStatus TryReadBinary(ReadOnlySpan<byte> bytes, out ProxyHeader header, out int length)
    {
        (header, length) = (default, 0);
        var known = Math.Min(bytes.Length, Signature.Length);
        if (!bytes[..known].SequenceEqual(Signature[..known])) return ProxyHeaderStatus.Invalid;
        if (bytes.Length < FixedBytes) return ProxyHeaderStatus.Incomplete;
        var (version, command) = (bytes[12] >> 4, bytes[12] & 0xF);
        length = FixedBytes + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (version != 2 || command > 1 || length > MaxBytes) return ProxyHeaderStatus.Invalid;
        if (bytes.Length < length) return ProxyHeaderStatus.Incomplete;
        if (command == 0) return ProxyHeaderStatus.Complete; // LOCAL: the balancer itself.
        var addresses = bytes[FixedBytes..length];
        var size = bytes[13] switch { 0x11 => 4, 0x21 => 16, _ => 0 }; // TCP over IPv4, over IPv6; of the rest nothing is known.
        if (size == 0) return ProxyHeaderStatus.Complete;
        if (addresses.Length < (2 * size) + 4) return ProxyHeaderStatus.Invalid;
        header = new ProxyHeader(
            new IPEndPoint(new IPAddress(addresses[..size]), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * size)..])),
            new IPEndPoint(new IPAddress(addresses[size..(2 * size)]), BinaryPrimitives.ReadUInt16BigEndian(addresses[((2 * size) + 2)..])));
        return ProxyHeaderStatus.Complete;
    }

    private static ProxyHeaderStatus TryReadLine(ReadOnlySpan<byte> bytes, out ProxyHeader header, out int length)
    {
        (header, length) = (default, 0);
        var known = Math.Min(bytes.Length, LineStart.Length);
        if (!bytes[..known].SequenceEqual(LineStart[..known])) return ProxyHeaderStatus.Invalid;
        var end = bytes[..Math.Min(bytes.Length, MaxLineBytes)].IndexOf((byte)'\n');
        if (end < 0) return bytes.Length < MaxLineBytes ? ProxyHeaderStatus.Incomplete : ProxyHeaderStatus.Invalid;
        if (bytes[end - 1] != (byte)'\r') return ProxyHeaderStatus.Invalid;
        length = end + 1;
        var line = bytes[LineStart.Length..(end - 1)];
        if (line.SequenceEqual("UNKNOWN"u8) || line.StartsWith("UNKNOWN "u8)) return ProxyHeaderStatus.Complete;
        return TryReadAddresses(line, out header) ? ProxyHeaderStatus.Complete : ProxyHeaderStatus.Invalid;
    }

    /// <summary>"TCP4 source destination port port", parted by one space each.</summary>
    private static bool TryReadAddresses(ReadOnlySpan<byte> line, out ProxyHeader header)
    {
        header = default;
        var parts = Encoding.ASCII.GetString(line).Split(' ');
        if (parts.Length != 5 || parts[0] is not ("TCP4" or "TCP6")) return false;
        var isV6 = parts[0] == "TCP6";
        if (!IsAddress(parts[1], isV6, out var source) || !IsAddress(parts[2], isV6, out var destination)) return false;
        if (!IsPort(parts[3], out var sourcePort) || !IsPort(parts[4], out var destinationPort)) return false;
        header = new ProxyHeader(new IPEndPoint(source, sourcePort), new IPEndPoint(destination, destinationPort));
        return true;
    }

    /// <summary>As it is usually written and no other way: "1", "0x7f.1" and scopes are addresses to some and not to others.</summary>
    private static bool IsAddress(string text, bool isV6, out IPAddress address)
    {
        address = IPAddress.None;
        if (!text.All(c => isV6 ? char.IsAsciiHexDigit(c) || c is ':' or '.' : char.IsAsciiDigit(c) || c == '.')) return false;
        if (!IPAddress.TryParse(text, out var parsed) || parsed.GetAddressBytes().Length != (isV6 ? 16 : 4)) return false;
        address = parsed;
        return isV6 || text == parsed.ToString();
    }

    private static bool IsPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort && (text.Length == 1 || text[0] != '0');
}
