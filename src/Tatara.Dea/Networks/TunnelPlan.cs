using System.Net;
using System.Net.Sockets;
using Tatara.Containers;
using Tatara.Peers;

namespace Tatara.Dea.Networks;

/// <summary>Another host whose containers are reached through the tunnel.</summary>
internal sealed record TunnelHost(string Dea, TunnelPeer Peer)
{
    public override string ToString() => $"{Dea} ({Peer.Address}, {Peer.Subnet})";
}

/// <summary>Which hosts containers are reached on, as the list of members has it. What would lead traffic astray is refused.</summary>
/// <param name="Refused">Why containers are not reached that should be; sentences.</param>
internal sealed record TunnelPlan(IReadOnlyList<TunnelHost> Hosts, IReadOnlyList<string> Refused)
{
    /// <summary>The sizes of network that a container runtime takes.</summary>
    private const int LargestNetwork = 12, SmallestNetwork = 29;

    private readonly Dictionary<string, IPNetwork> _subnets = Hosts.ToDictionary(h => h.Dea, h => h.Peer.Subnet, StringComparer.Ordinal);

    /// <param name="address">This host's.</param>
    /// <param name="subnet">Of this host's containers.</param>
    public static TunnelPlan Of(MemberList members, string address, IPNetwork subnet)
    {
        var present = members.Present.ToList();
        if (present.FirstOrDefault(m => m.Address == address) is not { } self) return new TunnelPlan([], [$"No member of the platform has this host's address {address}."]);
        if (self.Network != subnet.ToString())
            return new TunnelPlan([], [$"This host's containers are in {subnet}, and the platform gave it {self.Network ?? "none"}: those of other hosts are not reached. Drain this DEA and write what was given as `network` of `dea` into its configuration file."]);
        var others = present.Where(m => m != self && m.Network is not null).ToList();
        var refused = others.Select(m => (Member: m, Reason: Fault(m, others.TakeWhile(o => o != m).Prepend(self), present))).Where(m => m.Reason is not null).ToList();
        return new TunnelPlan(
            [.. others.Except(refused.Select(r => r.Member)).Select(m => new TunnelHost(m.DeaId, new TunnelPeer(IPAddress.Parse(m.Address), IPNetwork.Parse(m.Network!)))).OrderBy(h => h.Dea, StringComparer.Ordinal)],
            [.. refused.Select(r => $"Containers of {r.Member.DeaId} are not reached: {r.Reason}.")]);
    }

    /// <summary>Whether a DEA may say where a container is: at an address of its own host.</summary>
    public bool Owns(string dea, IPAddress container) => _subnets.TryGetValue(dea, out var subnet) && subnet.Contains(container);

    /// <param name="earlier">Who was there before it keeps what it has, and so does this host.</param>
    private static string? Fault(Member member, IEnumerable<Member> earlier, IReadOnlyList<Member> present)
    {
        if (AddressOf(member) is not { } address) return $"'{member.Address}' is no address of a host";
        if (NetworkOf(member) is not { } network) return $"'{member.Network}' is no network for containers";
        if (present.FirstOrDefault(m => AddressOf(m) is { } host && network.Contains(host)) is { } inside) return $"the host {inside.Name} has an address in its network {network}";
        foreach (var other in earlier)
        {
            if (other.DeaId == member.DeaId) return $"{other.Name} has the same";
            if (AddressOf(other) is { } same && same.Equals(address)) return $"{other.Name} has the same address {address}";
            if (NetworkOf(other) is not { } its) continue;
            if (its.Contains(network.BaseAddress) || network.Contains(its.BaseAddress)) return $"its network {network} overlaps {its} of {other.Name}";
            if (its.Contains(address)) return $"its address {address} is in the network {its} of the containers of {other.Name}";
        }
        return null;
    }

    private static IPAddress? AddressOf(Member member) =>
        IPAddress.TryParse(member.Address, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == member.Address
        && !IPAddress.IsLoopback(address) && address.GetAddressBytes()[0] is > 0 and < 224 ? address : null;

    private static IPNetwork? NetworkOf(Member member) =>
        IPNetwork.TryParse(member.Network, out var network) && network.ToString() == member.Network && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork
        && network.PrefixLength is >= LargestNetwork and <= SmallestNetwork && network.BaseAddress.GetAddressBytes()[0] is > 0 and < 224 ? network : null;
}
