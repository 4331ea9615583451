using System.Net;
using System.Text.Json;
using Tatara.Containers.Linux;

namespace Tatara.Containers.Networks;

/// <summary>
/// One VXLAN interface to all other hosts. It learns nothing and floods nothing: where each host is and which addresses are behind it
/// is told. Like the containers, it outlives the process that made it.
/// </summary>
internal sealed class Tunnel(ContainerRuntimeOptions options, CommandRunner commands)
{
    /// <summary>Where nothing else is said, and the most that containers get where the hosts' network takes more: the internet behind it does not.</summary>
    public const int UsualMtu = 1500;

    /// <summary>What VXLAN puts around a packet: Ethernet 14, VXLAN 8, UDP 8, IPv4 20.</summary>
    private const int Overhead = 50;

    private readonly SemaphoreSlim _changing = new(1);
    private readonly string _interface = Slot.TunnelInterface(options.Id);
    private readonly string _own = TunnelWays.NextHop(IPNetwork.Parse(options.Subnet));

    /// <summary>Size of the largest packet of a container.</summary>
    public async Task<int> MtuAsync(CancellationToken cancellationToken)
    {
        if (options.Tunnel is null) return UsualMtu;
        var links = await JsonAsync(["ip", "-json", "address", "show", "to", options.HostAddress], cancellationToken);
        return Math.Min(links.Select(link => link.GetProperty("mtu").GetInt32()).DefaultIfEmpty(UsualMtu).First(), UsualMtu) - Overhead;
    }

    /// <summary>The firewall first: what it does not know is not let through.</summary>
    public async Task SetPeersAsync(IReadOnlyList<TunnelPeer> peers, CancellationToken cancellationToken)
    {
        if (options.Tunnel is null) return;
        await _changing.WaitAsync(cancellationToken);
        try
        {
            await EnsureAsync(options.Tunnel, cancellationToken);
            await commands.RunAsync(["nft", "-f", "-"], FirewallRules.SetTunnel(options.Id, peers), cancellationToken);
            var (wanted, found) = (TunnelWays.To(peers), await FindWaysAsync(cancellationToken));
            await RunIfAnyAsync(["bridge", "-batch", "-"], TunnelCommands.ChangeHosts(_interface, found, wanted), cancellationToken);
            await RunIfAnyAsync(["ip", "-batch", "-"], TunnelCommands.ChangeRoutes(_interface, _own, found, wanted), cancellationToken);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Routes go with the interface. Harmless to repeat.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is not null) await commands.RunAsync(["ip", "link", "delete", _interface], null, cancellationToken);
    }

    /// <summary>Makes the interface unless it is there as it should be.</summary>
    private async Task EnsureAsync(TunnelOptions tunnel, CancellationToken cancellationToken)
    {
        var wanted = new TunnelLink(options.HostAddress, _own, tunnel.Port, await MtuAsync(cancellationToken));
        var found = await FindAsync(cancellationToken);
        if (found is { } link && TunnelLink.Read(link) == wanted) return;
        if (found is not null) await RemoveAsync(cancellationToken);
        await commands.RunAsync(["ip", "-batch", "-"], TunnelCommands.Make(_interface, wanted), cancellationToken);
    }

    // Asked of the kernel: /sys/class/net shows the network namespace that it was mounted in, which may be another one.
    private async Task<JsonElement?> FindAsync(CancellationToken cancellationToken)
    {
        foreach (var link in await JsonAsync(["ip", "-json", "-details", "address", "show", "type", "vxlan"], cancellationToken))
            if (link.GetProperty("ifname").GetString() == _interface) return link;
        return null;
    }

    private async Task<TunnelWays> FindWaysAsync(CancellationToken cancellationToken) => TunnelWays.Read(
        await JsonAsync(["ip", "-json", "route", "show", "dev", _interface], cancellationToken),
        await JsonAsync(["ip", "-json", "neighbour", "show", "nud", "permanent", "dev", _interface], cancellationToken),
        await JsonAsync(["bridge", "-json", "fdb", "show", "dev", _interface], cancellationToken));

    private async Task RunIfAnyAsync(IReadOnlyList<string> command, string input, CancellationToken cancellationToken)
    {
        if (input.Length > 0) await commands.RunAsync(command, input, cancellationToken);
    }

    /// <summary>Nothing at all is an empty list.</summary>
    private async Task<IReadOnlyList<JsonElement>> JsonAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var text = await commands.RunAsync(command, null, cancellationToken);
        // Old versions leave holes for what they filtered out.
        return string.IsNullOrWhiteSpace(text) ? []
            : [.. JsonSerializer.Deserialize<JsonElement>(text).EnumerateArray().Where(element => element.ValueKind == JsonValueKind.Object && element.EnumerateObject().Any())];
    }
}
