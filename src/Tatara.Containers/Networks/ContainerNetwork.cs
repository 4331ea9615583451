using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Extensions.Logging;
using Tatara.Containers.Linux;

namespace Tatara.Containers.Networks;

/// <summary>Network namespaces, the cables into them and the firewall around them.</summary>
internal sealed class ContainerNetwork(ContainerRuntimeOptions options, CommandRunner commands, ILogger logger)
{
    private readonly IPNetwork _subnet = IPNetwork.Parse(options.Subnet);
    private readonly ConcurrentQueue<Slot> _spare = new();
    private readonly HashSet<int> _taken = [];
    private readonly Dictionary<int, int> _ports = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _preparing = new(1);
    // An address that was just given back is the last to be used again: connections to its former owner may linger.
    private int _next = Random.Shared.Next(Slot.Count(IPNetwork.Parse(options.Subnet)));
    private bool _closed;

    /// <summary>What containers find in /etc/resolv.conf.</summary>
    public IReadOnlyList<string> NameServers { get; } = options.NameServers.Count > 0 ? options.NameServers : Networks.NameServers.OfMachine();

    public async Task InitializeAsync(CancellationToken cancellationToken)
    {
        if (NameServers.Count == 0) logger.LogWarning("This machine names no server that containers could ask for host names; set NameServers");
        await File.WriteAllTextAsync("/proc/sys/net/ipv4/ip_forward", "1", cancellationToken);
        if (!HasAddress(AllInterfaces())) await commands.RunAsync(NetworkCommands.AddHostAddress(options.HostAddress), null, cancellationToken);
        await NftAsync(FirewallRules.Table(options, NameServers), cancellationToken);
    }

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

    /// <exception cref="ContainerException">A port is another container's.</exception>
    public async Task MapAsync(Slot slot, IReadOnlyList<PortMapping> ports)
    {
        if (ports.Count == 0) return;
        lock (_lock)
        {
            if (ports.FirstOrDefault(port => _ports.ContainsKey(port.HostPort)) is { } taken) throw new ContainerException($"port {taken.HostPort} is taken");
            foreach (var port in ports) _ports[port.HostPort] = slot.Number;
        }
        await NftAsync(FirewallRules.AddPorts(options.Id, slot.Container, ports), CancellationToken.None);
    }

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
        await RemoveLinkAsync(slot.Interface, cancellationToken);
        await RemoveNamespaceAsync(slot.Namespace, cancellationToken);
        lock (_lock) _taken.Remove(slot.Number);
    }

    /// <summary>Removes namespaces, interfaces and mapped ports of this runtime that no container has.</summary>
    public async Task SweepAsync(IReadOnlyList<(Slot Slot, IReadOnlyList<PortMapping> Ports)> used, CancellationToken cancellationToken)
    {
        HashSet<string> names;
        lock (_lock)
        {
            foreach (var (slot, ports) in used)
                foreach (var port in ports)
                    _ports[port.HostPort] = slot.Number;
            names = [.. _taken.Select(SlotOf).SelectMany(slot => (string[])[slot.Interface, slot.Namespace])];
        }
        foreach (var name in Names("/sys/class/net", Slot.InterfacePrefix(options.Id)).Where(name => !names.Contains(name)))
            await RemoveLinkAsync(name, cancellationToken);
        foreach (var name in Names("/run/netns", Slot.NamespacePrefix(options.Id)).Where(name => !names.Contains(name)))
            await RemoveNamespaceAsync(name, cancellationToken);

        var script = $"flush map inet {FirewallRules.TableName(options.Id)} ports\n"
            + string.Concat(used.Where(container => container.Ports.Count > 0).Select(container => FirewallRules.AddPorts(options.Id, container.Slot.Container, container.Ports)));
        await NftAsync(script, cancellationToken);
    }

    /// <summary>Takes away everything, the firewall table included.</summary>
    public async Task RemoveAllAsync(CancellationToken cancellationToken)
    {
        _closed = true;
        await _preparing.WaitAsync(cancellationToken);
        _preparing.Release();
        lock (_lock) _taken.Clear();
        await SweepAsync([], cancellationToken);
        await NftAsync($"delete table inet {FirewallRules.TableName(options.Id)}\n", cancellationToken);

        // Another runtime may answer under the same address.
        var others = await commands.RunAsync(["nft", "list", "ruleset"], null, cancellationToken);
        if (HasAddress(Loopback()) && !others.Contains($"daddr {options.HostAddress} ", StringComparison.Ordinal))
            await commands.RunAsync(NetworkCommands.RemoveHostAddress(options.HostAddress), null, cancellationToken);
    }

    private async Task<Slot> MakeAsync()
    {
        var slot = Next();
        try
        {
            await commands.RunAsync(["ip", "-batch", "-"], NetworkCommands.Make(slot), CancellationToken.None);
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

    private bool HasAddress(IEnumerable<NetworkInterface> interfaces) =>
        interfaces.Any(link => link.GetIPProperties().UnicastAddresses.Any(its => its.Address.ToString() == options.HostAddress));

    private static NetworkInterface[] AllInterfaces() => NetworkInterface.GetAllNetworkInterfaces();

    private static IEnumerable<NetworkInterface> Loopback() => AllInterfaces().Where(link => link.NetworkInterfaceType == NetworkInterfaceType.Loopback);

    private static List<string> Names(string directory, string prefix) =>
        Directory.Exists(directory)
            ? [.. Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)).Where(name => name.StartsWith(prefix, StringComparison.Ordinal))]
            : [];
}
