using System.Net;

namespace Tatara.Containers.Networks;

/// <summary>What `ip -batch` and `bridge -batch` are told about the tunnel.</summary>
internal static class TunnelCommands
{
    public static string Make(string name, TunnelLink link) =>
        $"""
        link add {name} address {TunnelWays.Hardware(link.Local)} mtu {link.Mtu} type vxlan id {TunnelLink.NetworkId} local {link.Local} dstport {link.Port} nolearning
        link set dev {name} addrgenmode none
        addr add {link.Own}/32 dev {name}
        link set dev {name} up

        """;

    /// <summary>For `bridge`: where hardware addresses are.</summary>
    public static string ChangeHosts(string name, TunnelWays found, TunnelWays wanted) => Lines(
    [
        .. found.Hosts.Except(wanted.Hosts).Select(host => $"fdb delete {host.Hardware} dev {name} dst {host.Host} self"),
        .. wanted.Hosts.Except(found.Hosts).Select(host => $"fdb replace {host.Hardware} dev {name} dst {host.Host} self permanent"),
    ]);

    /// <summary>For `ip`: routes, and the hardware addresses of their next hops.</summary>
    public static string ChangeRoutes(string name, string own, TunnelWays found, TunnelWays wanted) => Lines(
    [
        .. found.Routes.Except(wanted.Routes).Select(route => $"route delete {route} dev {name}"),
        .. found.Neighbours.Except(wanted.Neighbours).Select(neighbour => $"neighbour delete {neighbour.NextHop} dev {name}"),
        .. wanted.Neighbours.Except(found.Neighbours).Select(neighbour => $"neighbour replace {neighbour.NextHop} lladdr {neighbour.Hardware} nud permanent dev {name}"),
        .. wanted.Routes.Except(found.Routes).Select(route => $"route replace {route} via {TunnelWays.NextHop(IPNetwork.Parse(route))} dev {name} onlink src {own}"),
    ]);

    private static string Lines(IReadOnlyList<string> commands) => string.Concat(commands.Select(command => command + "\n"));
}
