using System.Text;

namespace Tatara.Containers.Networks;

/// <summary>What `nft -f -` is told: one table for each runtime, replaced as a whole and at once.</summary>
internal static class FirewallRules
{
    public static string TableName(string id) => $"tatara_{id}";

    /// <summary>Rules anew; mapped ports stay as they are, for apps may be running.</summary>
    public static string Table(ContainerRuntimeOptions options, IReadOnlyList<string> nameServers)
    {
        var table = $"inet {TableName(options.Id)}";
        var ours = $"\"{Slot.InterfacePrefix(options.Id)}*\"";
        const string any = $"\"{Slot.AnyInterface}\"";
        var dns = nameServers.Where(server => !server.Contains(':', StringComparison.Ordinal)).ToList();
        var script = new StringBuilder();
        script.AppendLine($$"""
            add table {{table}}
            add map {{table}} ports { type inet_service : ipv4_addr . inet_service; }
            add set {{table}} name_servers { type ipv4_addr; }
            add chain {{table}} dial_from_outside { type nat hook prerouting priority dstnat; }
            add chain {{table}} dial_from_machine { type nat hook output priority -100; }
            add chain {{table}} leave { type nat hook postrouting priority srcnat; }
            add chain {{table}} forward { type filter hook forward priority filter; }
            add chain {{table}} to_machine { type filter hook input priority filter; }
            flush table {{table}}
            flush set {{table}} name_servers
            """);
        if (dns.Count > 0) script.AppendLine($$"""add element {{table}} name_servers { {{string.Join(", ", dns)}} }""");
        script.AppendLine($$"""
            add rule {{table}} dial_from_outside iifname {{any}} return
            add rule {{table}} dial_from_outside ip daddr {{options.HostAddress}} dnat ip to tcp dport map @ports
            add rule {{table}} dial_from_machine ip daddr {{options.HostAddress}} dnat ip to tcp dport map @ports
            add rule {{table}} leave ip saddr {{options.Subnet}} oifname != {{any}} masquerade
            add rule {{table}} forward iifname {{any}} oifname {{any}} drop
            add rule {{table}} forward iifname {{ours}} tcp flags syn tcp option maxseg size set rt mtu
            add rule {{table}} forward iifname {{ours}} ct state established,related accept
            add rule {{table}} forward iifname {{ours}} meta nfproto ipv6 drop
            add rule {{table}} forward iifname {{ours}} ip saddr != {{options.Subnet}} drop
            add rule {{table}} forward iifname {{ours}} ip daddr 169.254.0.0/16 drop
            add rule {{table}} forward oifname {{ours}} ct state established,related accept
            add rule {{table}} forward oifname {{ours}} ct status dnat accept
            add rule {{table}} forward oifname {{ours}} drop
            add rule {{table}} to_machine iifname {{ours}} ct state established accept
            add rule {{table}} to_machine iifname {{ours}} ip daddr @name_servers meta l4proto { tcp, udp } th dport 53 accept
            add rule {{table}} to_machine iifname {{ours}} drop
            """);
        return script.ToString();
    }

    // create, unlike add, fails when the port leads elsewhere already.
    public static string AddPorts(string id, string address, IEnumerable<PortMapping> ports) =>
        $"create element inet {TableName(id)} ports {{ {string.Join(", ", ports.Select(port => $"{port.HostPort} : {address} . {port.ContainerPort}"))} }}\n";

    public static string RemovePorts(string id, IEnumerable<int> hostPorts) =>
        $"delete element inet {TableName(id)} ports {{ {string.Join(", ", hostPorts)} }}\n";
}
