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
        var tunnel = $"\"{Slot.TunnelInterface(options.Id)}\"";
        var dns = nameServers.Where(server => !server.Contains(':', StringComparison.Ordinal)).ToList();
        var script = new StringBuilder();
        script.AppendLine($$"""
            add table {{table}}
            add map {{table}} ports { type inet_service : ipv4_addr . inet_service; }
            add map {{table}} egress { type ipv4_addr : verdict; }
            add set {{table}} links { type ipv4_addr . ipv4_addr . inet_proto . inet_service; flags interval; }
            add set {{table}} name_servers { type ipv4_addr; }
            add chain {{table}} dial_from_outside { type nat hook prerouting priority dstnat; }
            add chain {{table}} dial_from_machine { type nat hook output priority -100; }
            add chain {{table}} leave { type nat hook postrouting priority srcnat; }
            add chain {{table}} forward { type filter hook forward priority filter; }
            add chain {{table}} to_machine { type filter hook input priority filter; }
            add chain {{table}} between
            add map {{table}} tunnel_hosts { type ipv4_addr : mark; }
            add set {{table}} tunnel_sources { type mark . ipv4_addr; flags interval; }
            add chain {{table}} enter { type filter hook prerouting priority raw; }
            add chain {{table}} from_hosts { type filter hook input priority security; }
            flush chain {{table}} dial_from_outside
            flush chain {{table}} dial_from_machine
            flush chain {{table}} leave
            flush chain {{table}} forward
            flush chain {{table}} to_machine
            flush chain {{table}} between
            flush chain {{table}} enter
            flush chain {{table}} from_hosts
            flush set {{table}} name_servers
            """);
        if (dns.Count > 0) script.AppendLine($$"""add element {{table}} name_servers { {{string.Join(", ", dns)}} }""");
        script.AppendLine($$"""
            add rule {{table}} enter iifname {{ours}} fib saddr . iif oif missing drop
            add rule {{table}} dial_from_outside iifname {{any}} return
            add rule {{table}} dial_from_outside ip daddr {{options.HostAddress}} dnat ip to tcp dport map @ports
            add rule {{table}} dial_from_machine ip daddr {{options.HostAddress}} dnat ip to tcp dport map @ports
            add rule {{table}} leave oifname {{tunnel}} accept
            add rule {{table}} leave ip saddr {{options.Subnet}} oifname != {{any}} masquerade
            add rule {{table}} between ct state established,related accept
            add rule {{table}} between iifname {{ours}} ip saddr != {{options.Subnet}} drop
            add rule {{table}} between ip saddr . ip daddr . meta l4proto . th dport @links accept
            add rule {{table}} between iifname {{ours}} reject with icmp admin-prohibited
            add rule {{table}} between oifname {{ours}} reject with icmp admin-prohibited
            add rule {{table}} forward iifname {{any}} oifname {{any}} jump between
            add rule {{table}} forward iifname {{any}} oifname {{any}} accept
            add rule {{table}} forward oifname {{tunnel}} tcp flags syn tcp option maxseg size set rt mtu
            add rule {{table}} forward iifname {{ours}} oifname {{tunnel}} jump between
            add rule {{table}} forward iifname {{ours}} oifname {{tunnel}} accept
            add rule {{table}} forward iifname {{tunnel}} oifname {{ours}} jump between
            add rule {{table}} forward iifname {{tunnel}} oifname {{ours}} accept
            add rule {{table}} forward iifname {{tunnel}} drop
            add rule {{table}} forward oifname {{tunnel}} drop
            add rule {{table}} forward iifname {{ours}} tcp flags syn tcp option maxseg size set rt mtu
            add rule {{table}} forward iifname {{ours}} ct state established,related accept
            add rule {{table}} forward iifname {{ours}} meta nfproto ipv6 drop
            add rule {{table}} forward iifname {{ours}} ip saddr != {{options.Subnet}} drop
            add rule {{table}} forward iifname {{ours}} ip daddr @name_servers meta l4proto { tcp, udp } th dport 53 accept
            add rule {{table}} forward iifname {{ours}} ip saddr vmap @egress
            add rule {{table}} forward iifname {{ours}} drop
            add rule {{table}} forward oifname {{ours}} ct state established,related accept
            add rule {{table}} forward oifname {{ours}} ct status dnat accept
            add rule {{table}} forward oifname {{ours}} drop
            add rule {{table}} to_machine iifname {{ours}} ct state established accept
            add rule {{table}} to_machine iifname {{ours}} ip daddr @name_servers meta l4proto { tcp, udp } th dport 53 accept
            """);
        if (options.OpenPorts.Count > 0)
            script.AppendLine($$"""add rule {{table}} to_machine iifname {{ours}} ip daddr {{options.HostAddress}} tcp dport { {{string.Join(", ", options.OpenPorts)}} } accept""");
        script.AppendLine($"add rule {table} to_machine iifname {ours} drop");
        if (options.Tunnel is { } way) script.Append(Tunnel(options, way.Port));
        return script.ToString();
    }

    /// <summary>
    /// A packet that leaves the tunnel no longer shows which host it is from, so the packet around it is marked: a host speaks for its own
    /// containers alone. A container that could send to the tunnel's port, of whichever address, could speak for its host.
    /// </summary>
    private static string Tunnel(ContainerRuntimeOptions options, int port)
    {
        var table = $"inet {TableName(options.Id)}";
        var tunnel = $"\"{Slot.TunnelInterface(options.Id)}\"";
        return $$"""
            add rule {{table}} enter iifname "{{Slot.AnyInterface}}" udp dport {{port}} drop
            add rule {{table}} enter iifname {{tunnel}} meta mark . ip saddr @tunnel_sources ip daddr {{options.Subnet}} meta mark set 0 accept
            add rule {{table}} enter iifname {{tunnel}} drop
            add rule {{table}} from_hosts udp dport {{port}} meta mark set ip saddr map @tunnel_hosts accept
            add rule {{table}} from_hosts udp dport {{port}} drop
            add rule {{table}} to_machine iifname {{tunnel}} ct state established accept
            add rule {{table}} to_machine iifname {{tunnel}} icmp type echo-request accept
            add rule {{table}} to_machine iifname {{tunnel}} drop

            """;
    }

    /// <summary>Whom packets are taken from, and which containers each may speak for.</summary>
    public static string SetTunnel(string id, IReadOnlyList<TunnelPeer> peers)
    {
        var table = $"inet {TableName(id)}";
        var script = $"flush map {table} tunnel_hosts\nflush set {table} tunnel_sources\n";
        if (peers.Count == 0) return script;
        return script
            + $"add element {table} tunnel_hosts {{ {string.Join(", ", peers.Select(peer => $"{peer.Address} : {Mark(peer)}"))} }}\n"
            + $"add element {table} tunnel_sources {{ {string.Join(", ", peers.Select(peer => $"{Mark(peer)} . {peer.Subnet}"))} }}\n";
    }

    private static string Mark(TunnelPeer peer) => "0x" + Convert.ToHexStringLower(peer.Subnet.BaseAddress.GetAddressBytes());

    /// <summary>A container's traffic goes through a chain, made if it is not there, and no longer through the one before.</summary>
    /// <param name="before">The one before, if there is one.</param>
    public static string SetEgress(string id, string address, EgressChain chain, string? before) =>
        chain.Script(TableName(id)) + (before is null ? "" : ForgetEgress(id, address, before)) + LeadThrough(id, address, chain.Name);

    // What is not there cannot be deleted, so it is added first.
    public static string ForgetEgress(string id, string address, string chain) =>
        $"add chain inet {TableName(id)} {chain}\n{LeadThrough(id, address, chain)}delete element inet {TableName(id)} egress {{ {address} }}\n";

    public static string RemoveChain(string id, string chain) => $"add chain inet {TableName(id)} {chain}\ndelete chain inet {TableName(id)} {chain}\n";

    private static string LeadThrough(string id, string address, string chain) => $"add element inet {TableName(id)} egress {{ {address} : goto {chain} }}\n";

    public static string SetLinks(string id, IEnumerable<ContainerLink> links)
    {
        var elements = links.GroupBy(l => (l.Source, l.Destination, l.Protocol)).SelectMany(g =>
            EgressChain.Merge(g.Select(l => ((long)l.Ports.First, (long)l.Ports.Last))).Select(ports =>
                $"{g.Key.Source} . {g.Key.Destination} . {(g.Key.Protocol == EgressProtocol.Udp ? "udp" : "tcp")} . {new PortRange((int)ports.First, (int)ports.Last)}")).ToList();
        var script = $"flush set inet {TableName(id)} links\n";
        return elements.Count == 0 ? script : script + $"add element inet {TableName(id)} links {{ {string.Join(", ", elements)} }}\n";
    }

    // create, unlike add, fails when the port leads elsewhere already.
    public static string AddPorts(string id, string address, IEnumerable<PortMapping> ports) =>
        $"create element inet {TableName(id)} ports {{ {string.Join(", ", ports.Select(port => $"{port.HostPort} : {address} . {port.ContainerPort}"))} }}\n";

    public static string RemovePorts(string id, IEnumerable<int> hostPorts) =>
        $"delete element inet {TableName(id)} ports {{ {string.Join(", ", hostPorts)} }}\n";
}
