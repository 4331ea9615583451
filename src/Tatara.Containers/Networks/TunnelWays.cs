using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace Tatara.Containers.Networks;

/// <summary>What the kernel is told so that packets find other hosts: everything about a host follows from its address and its subnet.</summary>
/// <param name="Routes">Subnets; the next hop is the first address of each, which no container has.</param>
/// <param name="Neighbours">Next hops with their hardware addresses.</param>
/// <param name="Hosts">Hardware addresses with the hosts that have them.</param>
internal sealed record TunnelWays(ImmutableHashSet<string> Routes, ImmutableHashSet<(string NextHop, string Hardware)> Neighbours, ImmutableHashSet<(string Hardware, string Host)> Hosts)
{
    public static TunnelWays To(IReadOnlyList<TunnelPeer> peers) => new(
        [.. peers.Select(peer => peer.Subnet.ToString())],
        [.. peers.Select(peer => (NextHop(peer.Subnet), Hardware(peer.Address.ToString())))],
        [.. peers.Select(peer => (Hardware(peer.Address.ToString()), peer.Address.ToString()))]);

    /// <summary>As `ip -json` and `bridge -json` show them.</summary>
    public static TunnelWays Read(IEnumerable<JsonElement> routes, IEnumerable<JsonElement> neighbours, IEnumerable<JsonElement> hosts) => new(
        [.. routes.Select(route => Text(route, "dst"))],
        [.. neighbours.Where(neighbour => neighbour.TryGetProperty("lladdr", out _)).Select(neighbour => (Text(neighbour, "dst"), Text(neighbour, "lladdr")))],
        [.. hosts.Where(host => host.TryGetProperty("dst", out _)).Select(host => (Text(host, "mac"), Text(host, "dst")))]);

    /// <summary>A host's end of the tunnel, as others see it.</summary>
    public static string NextHop(IPNetwork subnet) => subnet.BaseAddress.ToString();

    /// <summary>The hardware address of a host's end, made of its address so that no host needs to be asked: 02 is one that is given locally.</summary>
    public static string Hardware(string host) => "02:74:" + string.Join(':', IPAddress.Parse(host).GetAddressBytes().Select(b => $"{b:x2}"));

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
