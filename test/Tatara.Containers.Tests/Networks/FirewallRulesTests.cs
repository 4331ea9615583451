using System.Net;
using Tatara.Containers.Networks;

namespace Tatara.Containers.Tests.Networks;

public sealed class FirewallRulesTests
{
    private static readonly ContainerRuntimeOptions Options = new() { DataDirectory = "/var/lib/tatara/dea-0" };

    [Fact]
    public void Table_ClosesEverythingBetweenContainersAndToTheMachine()
    {
        var lines = FirewallRules.Table(Options, ["192.0.2.53"]).Split('\n');
        var table = $"inet tatara_{Options.Id}";
        var ours = $"\"ttr{Options.Id}-*\"";

        lines.ShouldContain($"add element {table} name_servers {{ 192.0.2.53 }}");
        lines.ShouldContain($"add rule {table} between iifname {ours} reject with icmp admin-prohibited");
        lines.ShouldContain($"add rule {table} between oifname {ours} reject with icmp admin-prohibited");
        lines.ShouldContain($"add rule {table} forward iifname {ours} drop");
        lines.Where(line => line.Contains(" to_machine iifname")).ShouldBe(
        [
            $"add rule {table} to_machine iifname {ours} ct state established accept",
            $"add rule {table} to_machine iifname {ours} ip daddr @name_servers meta l4proto {{ tcp, udp }} th dport 53 accept",
            $"add rule {table} to_machine iifname {ours} drop",
        ]);
    }

    [Fact]
    public void Table_WithATunnel_TakesPacketsOfKnownHostsAndTheirContainersAlone()
    {
        var table = $"inet tatara_{Options.Id}";
        var tunnel = $"\"ttx{Options.Id}\"";

        var lines = FirewallRules.Table(Options with { Tunnel = new TunnelOptions(24024) }, []).Split('\n');

        lines.Where(line => line.Contains(" from_hosts udp")).ShouldBe(
        [
            $"add rule {table} from_hosts udp dport 24024 meta mark set ip saddr map @tunnel_hosts accept",
            $"add rule {table} from_hosts udp dport 24024 drop",
        ]);
        lines.Where(line => line.Contains($" enter iifname {tunnel}")).ShouldBe(
        [
            $"add rule {table} enter iifname {tunnel} meta mark . ip saddr @tunnel_sources ip daddr 10.253.0.0/16 meta mark set 0 accept",
            $"add rule {table} enter iifname {tunnel} drop",
        ]);
        lines.ShouldContain($"add rule {table} enter iifname \"ttr*\" udp dport 24024 drop");
        lines.ShouldContain($"add rule {table} leave oifname {tunnel} accept");
    }

    [Fact]
    public void SetTunnel_AllPeersAtOnce() =>
        FirewallRules.SetTunnel("abc", [new(IPAddress.Parse("10.0.0.2"), IPNetwork.Parse("10.253.16.0/20")), new(IPAddress.Parse("10.0.0.3"), IPNetwork.Parse("10.253.32.0/20"))]).ShouldBe("""
            flush map inet tatara_abc tunnel_hosts
            flush set inet tatara_abc tunnel_sources
            add element inet tatara_abc tunnel_hosts { 10.0.0.2 : 0x0afd1000, 10.0.0.3 : 0x0afd2000 }
            add element inet tatara_abc tunnel_sources { 0x0afd1000 . 10.253.16.0/20, 0x0afd2000 . 10.253.32.0/20 }

            """);

    [Fact]
    public void Table_WithoutIpv4NameServers_NoElements() => FirewallRules.Table(Options, ["2001:db8::53"]).ShouldNotContain("add element");

    [Fact]
    public void AddPorts_AllInOneCommand() =>
        FirewallRules.AddPorts("abc", "10.253.0.6", [new(61001, 8080), new(61002, 2222)])
            .ShouldBe("create element inet tatara_abc ports { 61001 : 10.253.0.6 . 8080, 61002 : 10.253.0.6 . 2222 }\n");

    [Fact]
    public void RemovePorts_AllInOneCommand() =>
        FirewallRules.RemovePorts("abc", [61001, 61002]).ShouldBe("delete element inet tatara_abc ports { 61001, 61002 }\n");
}
