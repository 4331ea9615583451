using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tatara.Containers;

/// <summary>Traffic that may leave a container for addresses that are neither this machine's nor another container's.</summary>
/// <param name="Protocol">Which kind.</param>
/// <param name="Destinations">Where to; at least one.</param>
/// <param name="Ports">For TCP and UDP; at least one there, none otherwise.</param>
/// <param name="IcmpType">For ICMP; null means any.</param>
/// <param name="IcmpCode">For ICMP; null means any.</param>
/// <param name="Log">Whether the kernel's log tells of each new connection that it allows.</param>
public sealed record AllowedTraffic(
    EgressProtocol Protocol, IReadOnlyList<AddressRange> Destinations, IReadOnlyList<PortRange> Ports, byte? IcmpType = null, byte? IcmpCode = null, bool Log = false);

/// <summary>A kind of traffic.</summary>
public enum EgressProtocol
{
    /// <summary>Every kind.</summary>
    All,
    Tcp,
    Udp,
    Icmp,
}

/// <summary>IPv4 addresses from First to Last, both included.</summary>
public readonly record struct AddressRange(uint First, uint Last)
{
    /// <summary>Reads an address, a CIDR or a range "a-b"; null when it is none.</summary>
    public static AddressRange? Parse(string text)
    {
        if (text.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash)
            return Number(text[..dash]) is { } first && Number(text[(dash + 1)..]) is { } last && first <= last ? new AddressRange(first, last) : null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (Number(slash < 0 ? text : text[..slash]) is not { } address) return null;
        var bits = 32;
        if (slash >= 0 && !(int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits) && bits <= 32)) return null;
        var mask = bits == 0 ? 0 : uint.MaxValue << (32 - bits);
        return new AddressRange(address & mask, (address & mask) | ~mask);
    }

    /// <summary>As nftables writes it.</summary>
    public override string ToString() => First == Last ? Text(First) : $"{Text(First)}-{Text(Last)}";

    private static uint? Number(string text) =>
        text.Count(c => c == '.') == 3 && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork
            ? BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes()) : null;

    private static string Text(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes).ToString();
    }
}

/// <summary>Ports from First to Last, both included.</summary>
public readonly record struct PortRange(int First, int Last)
{
    /// <summary>Reads a port or a range "a-b"; null when it is none.</summary>
    public static PortRange? Parse(string text)
    {
        var ends = text.Split('-');
        return ends.Length is 1 or 2 && Port(ends[0]) is { } first && Port(ends[^1]) is { } last && first <= last ? new PortRange(first, last) : null;
    }

    /// <summary>As nftables writes it.</summary>
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";

    private static int? Port(string text) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 ? port : null;
}

/// <summary>One container may dial another, whether this runtime made them or not.</summary>
/// <param name="Source">Address of the container that dials.</param>
/// <param name="Destination">Address of the container that answers.</param>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="Ports">Inside the container that answers.</param>
public sealed record ContainerLink(string Source, string Destination, EgressProtocol Protocol, PortRange Ports);
