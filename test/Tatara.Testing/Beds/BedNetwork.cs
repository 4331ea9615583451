namespace Tatara.Testing.Beds;

/// <summary>
/// The hosts' network: a bridge of this machine with an address of its own, and a network namespace for each host. What they say to the
/// outside, this machine says for them. A cable can be pulled, and any two hosts can be kept apart.
/// </summary>
/// <param name="number">Beds on one machine have different ones.</param>
internal sealed class BedNetwork(int number)
{
    /// <summary>What keeps hosts apart, inside each.</summary>
    private const string Table = "apart";

    private readonly string _bridge = $"tatara-bed{number}";

    /// <summary>This machine's address among the hosts.</summary>
    public string Machine => $"10.89.{number}.254";

    public string AddressOf(BedHostPlan host) => $"10.89.{number}.{host.Number}";

    public string NamespaceOf(BedHostPlan host) => NamespacePrefix + host.Name;

    public bool Has(BedHostPlan host) => File.Exists($"/run/netns/{NamespaceOf(host)}");

    private string NamespacePrefix => $"tatara-bed{number}-";

    private string CableOf(BedHostPlan host) => $"tb{number}-{host.Number}";

    public async Task CreateAsync(IEnumerable<BedHostPlan> hosts)
    {
        await RemoveAsync();
        await Shell.RunAsync("ip", "link", "add", _bridge, "type", "bridge");
        await Shell.RunAsync("ip", "address", "add", $"{Machine}/24", "dev", _bridge);
        await Shell.RunAsync("ip", "link", "set", _bridge, "up");
        await Shell.RunAsync("nft", $$"""
            table inet {{_bridge}} {
              chain leave { type nat hook postrouting priority srcnat; ip saddr {{Machine}}/24 oifname != "{{_bridge}}" masquerade; }
            }
            """);
        await File.WriteAllTextAsync("/proc/sys/net/ipv4/ip_forward", "1");
        foreach (var host in hosts) await AddAsync(host);
    }

    /// <summary>With all that runs in it, and what an earlier bed of this number left.</summary>
    public async Task RemoveAsync()
    {
        var names = (await Shell.RunAsync("ip", "netns", "list")).Split('\n').Select(line => line.Split(' ')[0]);
        foreach (var name in names.Where(name => name.StartsWith(NamespacePrefix, StringComparison.Ordinal)))
        {
            await BedProcesses.EndAllAsync(name);
            await Shell.RunAsync("ip", "netns", "delete", name);
        }
        await Shell.TryAsync("nft", "delete", "table", "inet", _bridge);
        await Shell.TryAsync("ip", "link", "delete", _bridge);
    }

    /// <summary>A host that is cut off sends and hears nothing; nobody is told.</summary>
    public Task PullCableAsync(BedHostPlan host) => Shell.RunAsync("ip", "link", "set", CableOf(host), "down");

    public Task PlugCableAsync(BedHostPlan host) => Shell.RunAsync("ip", "link", "set", CableOf(host), "up");

    /// <summary>From now on nothing passes between the two, whatever connections there are.</summary>
    public async Task PartAsync(BedHostPlan one, BedHostPlan other)
    {
        await DropAsync(one, AddressOf(other));
        await DropAsync(other, AddressOf(one));
    }

    /// <summary>Everybody reaches everybody again.</summary>
    public async Task HealAsync(IEnumerable<BedHostPlan> hosts)
    {
        foreach (var host in hosts) await Shell.TryAsync("nsenter", [.. Enter(host), "nft", "delete", "table", "inet", Table]);
    }

    /// <summary>The beginning of a command that runs something on a host.</summary>
    public string[] Enter(BedHostPlan host) => [$"--net=/run/netns/{NamespaceOf(host)}", "--"];

    private async Task AddAsync(BedHostPlan host)
    {
        var (name, cable) = (NamespaceOf(host), CableOf(host));
        await Shell.TryAsync("ip", "link", "delete", cable); // Of an earlier bed, whose namespace outlives its name while something runs in it.
        await Shell.RunAsync("ip", "netns", "add", name);
        await Shell.RunAsync("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name);
        await Shell.RunAsync("ip", "link", "set", cable, "master", _bridge, "up");
        await Shell.RunAsync("ip", "-n", name, "address", "add", $"{AddressOf(host)}/24", "dev", "eth0");
        await Shell.RunAsync("ip", "-n", name, "link", "set", "lo", "up");
        await Shell.RunAsync("ip", "-n", name, "link", "set", "eth0", "up");
        await Shell.RunAsync("ip", "-n", name, "route", "add", "default", "via", Machine);
    }

    /// <summary>Before addresses are translated, or what goes to containers would pass.</summary>
    private async Task DropAsync(BedHostPlan host, string peer) => await Shell.RunAsync("nsenter", [.. Enter(host), "nft", $$"""
        table inet {{Table}} {
          chain in { type filter hook prerouting priority -350; ip saddr {{peer}} drop; }
          chain out { type filter hook postrouting priority 350; ip daddr {{peer}} drop; }
        }
        """]);
}
