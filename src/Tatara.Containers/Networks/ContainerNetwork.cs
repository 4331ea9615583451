using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using Microsoft.Extensions.Logging;
using Tatara.Containers.Linux;

namespace Tatara.Containers.Networks;

/// <summary>Network namespaces, the cables into them and the firewall around them.</summary>
internal sealed class ContainerNetwork(ContainerRuntimeOptions options, MachineTools tools, CommandRunner commands, ILogger logger)
{
    private readonly IPNetwork _subnet = IPNetwork.Parse(options.Subnet);
    private readonly ConcurrentQueue<Slot> _spare = new();
    private readonly HashSet<int> _taken = [];
    private readonly Dictionary<int, int> _ports = [];
    private readonly Dictionary<int, string> _chains = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _preparing = new(1);
    // A chain must not go while another container is led through it.
    private readonly SemaphoreSlim _egress = new(1);
    // An address that was just given back is the last to be used again: connections to its former owner may linger.
    private int _next = Random.Shared.Next(Slot.Count(IPNetwork.Parse(options.Subnet)));
    private readonly Resolver? _resolver = options.Resolver is { } resolver
        ? new Resolver(options with { Resolver = resolver with { Upstream = resolver.Upstream.Count > 0 ? resolver.Upstream : Networks.NameServers.OfMachine() } }, tools, commands, logger)
        : null;
    private readonly Tunnel _tunnel = new(options, commands);
    private int _mtu = Tunnel.UsualMtu;
    private bool _closed;

    /// <summary>What containers find in /etc/resolv.conf.</summary>
    public IReadOnlyList<string> NameServers { get; } =
        options.Resolver is not null ? [options.ResolverAddress] : options.NameServers.Count > 0 ? options.NameServers : Networks.NameServers.OfMachine();

    public async Task InitializeAsync(CancellationToken cancellationToken)
    {
        if (NameServers.Count == 0) logger.LogWarning("This machine names no server that containers could ask for host names; set NameServers");
        await File.WriteAllTextAsync("/proc/sys/net/ipv4/ip_forward", "1", cancellationToken);
        foreach (var address in OwnAddresses)
            if (!HasAddress(AllInterfaces(), address)) await commands.RunAsync(NetworkCommands.AddHostAddress(address), null, cancellationToken);
        await NftAsync(FirewallRules.Table(options, NameServers), cancellationToken);
        _mtu = await _tunnel.MtuAsync(cancellationToken);
        if (options.Tunnel is null) await _tunnel.RemoveAsync(cancellationToken);
        if (_resolver is not null) await _resolver.EnsureAsync(cancellationToken);
    }

    public Task SetNamesAsync(IReadOnlyDictionary<string, IReadOnlyList<string>> namesByAddress, CancellationToken cancellationToken) =>
        _resolver?.SetNamesAsync(namesByAddress, cancellationToken) ?? Task.CompletedTask;

    public Task SetTunnelAsync(IReadOnlyList<TunnelPeer> peers, CancellationToken cancellationToken) => _tunnel.SetPeersAsync(peers, cancellationToken);

    public async Task<Slot> TakeAsync()
    {
        if (!_spare.TryDequeue(out var slot)) slot = await MakeAsync();
        _ = PrepareAsync();
        return slot;
    }

    /// <summary>Makes spare ones, when fewer are there than wanted.</summary>
    public async Task PrepareAsync()
    {
        await _preparing.WaitAsync();
        try
        {
            while (!_closed && _spare.Count < options.SpareNetworks) _spare.Enqueue(await MakeAsync());
        }
        catch (ContainerException e)
        {
            // The next container makes its own, and fails with this if it must.
            logger.LogWarning(e, "No spare network could be made");
        }
        finally
        {
            _preparing.Release();
        }
    }

    /// <summary>The slot of a container that an earlier run made.</summary>
    public Slot Adopt(int number)
    {
        lock (_lock) _taken.Add(number);
        return SlotOf(number);
    }

    /// <summary>Opens the ways into a container and out of it.</summary>
    /// <exception cref="ContainerException">A port is another container's.</exception>
    public async Task OpenAsync(Slot slot, IReadOnlyList<PortMapping> ports, IReadOnlyList<AllowedTraffic> egress)
    {
        lock (_lock)
        {
            if (ports.FirstOrDefault(port => _ports.ContainsKey(port.HostPort)) is { } taken) throw new ContainerException($"port {taken.HostPort} is taken");
            foreach (var port in ports) _ports[port.HostPort] = slot.Number;
        }
        var chain = new EgressChain(egress);
        await _egress.WaitAsync();
        try
        {
            var script = FirewallRules.SetEgress(options.Id, slot.Container, chain, before: null);
            if (ports.Count > 0) script += FirewallRules.AddPorts(options.Id, slot.Container, ports);
            await NftAsync(script, CancellationToken.None);
            _chains[slot.Number] = chain.Name;
        }
        finally
        {
            _egress.Release();
        }
    }

    public async Task SetEgressAsync(Slot slot, IReadOnlyList<AllowedTraffic> egress, CancellationToken cancellationToken)
    {
        var chain = new EgressChain(egress);
        await _egress.WaitAsync(cancellationToken);
        try
        {
            // A container that is being removed keeps nothing.
            if (!_chains.TryGetValue(slot.Number, out var before) || before == chain.Name) return;
            await NftAsync(FirewallRules.SetEgress(options.Id, slot.Container, chain, before), cancellationToken);
            _chains[slot.Number] = chain.Name;
            await RemoveChainIfUnusedAsync(before, cancellationToken);
        }
        finally
        {
            _egress.Release();
        }
    }

    public Task SetLinksAsync(IReadOnlyList<ContainerLink> links, CancellationToken cancellationToken) =>
        NftAsync(FirewallRules.SetLinks(options.Id, links), cancellationToken);

    /// <summary>Takes the container's ports and network away. Harmless to repeat.</summary>
    public async Task ReleaseAsync(Slot slot, CancellationToken cancellationToken)
    {
        int[] ports;
        lock (_lock) ports = [.. _ports.Where(port => port.Value == slot.Number).Select(port => port.Key)];
        if (ports.Length > 0)
        {
            await NftAsync(FirewallRules.RemovePorts(options.Id, ports), cancellationToken);
            lock (_lock)
                foreach (var port in ports)
                    _ports.Remove(port);
        }
        await ForgetEgressAsync(slot, cancellationToken);
        await RemoveLinkAsync(slot.Interface, cancellationToken);
        await RemoveNamespaceAsync(slot.Namespace, cancellationToken);
        lock (_lock) _taken.Remove(slot.Number);
    }

    /// <summary>Removes namespaces, interfaces and mapped ports of this runtime that no container has.</summary>
    public async Task SweepAsync(IReadOnlyList<(Slot Slot, ContainerSpec Spec)> used, CancellationToken cancellationToken)
    {
        HashSet<string> names;
        lock (_lock)
        {
            foreach (var (slot, spec) in used)
                foreach (var port in spec.Ports)
                    _ports[port.HostPort] = slot.Number;
            names = [.. _taken.Select(SlotOf).SelectMany(slot => (string[])[slot.Interface, slot.Namespace])];
        }
        foreach (var name in Names("/sys/class/net", Slot.InterfacePrefix(options.Id)).Where(name => !names.Contains(name)))
            await RemoveLinkAsync(name, cancellationToken);
        foreach (var name in Names("/run/netns", Slot.NamespacePrefix(options.Id)).Where(name => !names.Contains(name)))
            await RemoveNamespaceAsync(name, cancellationToken);

        var table = FirewallRules.TableName(options.Id);
        var script = new StringBuilder($"flush map inet {table} ports\nflush map inet {table} egress\n");
        foreach (var (slot, spec) in used)
        {
            var chain = new EgressChain(spec.Egress);
            _chains[slot.Number] = chain.Name;
            script.Append(FirewallRules.SetEgress(options.Id, slot.Container, chain, before: null));
            if (spec.Ports.Count > 0) script.Append(FirewallRules.AddPorts(options.Id, slot.Container, spec.Ports));
        }
        await NftAsync(script.ToString(), cancellationToken);
        foreach (var chain in await EgressChainsAsync(cancellationToken)) await RemoveChainIfUnusedAsync(chain, cancellationToken);
    }

    /// <summary>Takes away everything, the firewall table included.</summary>
    public async Task RemoveAllAsync(CancellationToken cancellationToken)
    {
        _closed = true;
        await _preparing.WaitAsync(cancellationToken);
        _preparing.Release();
        _resolver?.Stop();
        lock (_lock) _taken.Clear();
        await SweepAsync([], cancellationToken);
        await _tunnel.RemoveAsync(cancellationToken);
        await NftAsync($"delete table inet {FirewallRules.TableName(options.Id)}\n", cancellationToken);

        // Another runtime may answer under the same address.
        var others = await commands.RunAsync(["nft", "list", "ruleset"], null, cancellationToken);
        foreach (var address in OwnAddresses)
            if (HasAddress(Loopback(), address) && !others.Contains($"daddr {address} ", StringComparison.Ordinal))
                await commands.RunAsync(NetworkCommands.RemoveHostAddress(address), null, cancellationToken);
    }

    private async Task ForgetEgressAsync(Slot slot, CancellationToken cancellationToken)
    {
        await _egress.WaitAsync(cancellationToken);
        try
        {
            if (!_chains.Remove(slot.Number, out var chain)) return;
            await NftAsync(FirewallRules.ForgetEgress(options.Id, slot.Container, chain), cancellationToken);
            await RemoveChainIfUnusedAsync(chain, cancellationToken);
        }
        finally
        {
            _egress.Release();
        }
    }

    private async Task RemoveChainIfUnusedAsync(string chain, CancellationToken cancellationToken)
    {
        if (!_chains.ContainsValue(chain)) await NftAsync(FirewallRules.RemoveChain(options.Id, chain), cancellationToken);
    }

    private async Task<IReadOnlyList<string>> EgressChainsAsync(CancellationToken cancellationToken)
    {
        var listing = await commands.RunAsync(["nft", "list", "chains", "inet"], null, cancellationToken);
        var inTable = false;
        var chains = new List<string>();
        foreach (var line in listing.Split('\n').Select(l => l.Trim()))
        {
            if (line.StartsWith("table ", StringComparison.Ordinal)) inTable = line == $"table inet {FirewallRules.TableName(options.Id)} {{";
            else if (inTable && line.StartsWith("chain " + EgressChain.Prefix, StringComparison.Ordinal)) chains.Add(line.Split(' ')[1]);
        }
        return chains;
    }

    private async Task<Slot> MakeAsync()
    {
        var slot = Next();
        try
        {
            await commands.RunAsync(["ip", "-batch", "-"], NetworkCommands.Make(slot, _mtu), CancellationToken.None);
            await commands.RunAsync(["ip", "-netns", slot.Namespace, "-batch", "-"], NetworkCommands.Inside(slot), CancellationToken.None);
            return slot;
        }
        catch
        {
            await ReleaseAsync(slot, CancellationToken.None);
            throw;
        }
    }

    private Slot SlotOf(int number) => new(number, options.Id, _subnet);

    private Slot Next()
    {
        var count = Slot.Count(_subnet);
        lock (_lock)
        {
            for (var i = 0; i < count; i++)
            {
                var slot = SlotOf(_next);
                _next = (_next + 1) % count;
                // Remains of an earlier run are in nobody's list yet.
                if (!File.Exists(slot.NamespacePath) && !Directory.Exists($"/sys/class/net/{slot.Interface}") && _taken.Add(slot.Number)) return slot;
            }
        }
        throw new ContainerException($"all {count} networks of {options.Subnet} are taken");
    }

    private Task RemoveLinkAsync(string name, CancellationToken cancellationToken) =>
        RemoveAsync($"/sys/class/net/{name}", ["ip", "link", "delete", name], cancellationToken);

    private Task RemoveNamespaceAsync(string name, CancellationToken cancellationToken) =>
        RemoveAsync($"/run/netns/{name}", ["ip", "netns", "delete", name], cancellationToken);

    private async Task RemoveAsync(string path, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        if (!Path.Exists(path)) return;
        try
        {
            await commands.RunAsync(command, null, cancellationToken);
        }
        catch (ContainerException) when (!Path.Exists(path))
        {
            // Its other end was removed meanwhile, and took it along.
        }
    }

    private Task<string> NftAsync(string script, CancellationToken cancellationToken) => commands.RunAsync(["nft", "-f", "-"], script, cancellationToken);

    /// <summary>Given to the loopback interface when no other has them.</summary>
    private IEnumerable<string> OwnAddresses => new[] { options.HostAddress, options.ResolverAddress }.Distinct();

    private static bool HasAddress(IEnumerable<NetworkInterface> interfaces, string address) =>
        interfaces.Any(link => link.GetIPProperties().UnicastAddresses.Any(its => its.Address.ToString() == address));

    private static NetworkInterface[] AllInterfaces() => NetworkInterface.GetAllNetworkInterfaces();

    private static IEnumerable<NetworkInterface> Loopback() => AllInterfaces().Where(link => link.NetworkInterfaceType == NetworkInterfaceType.Loopback);

    private static List<string> Names(string directory, string prefix) =>
        Directory.Exists(directory)
            ? [.. Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)).Where(name => name.StartsWith(prefix, StringComparison.Ordinal))]
            : [];
}
