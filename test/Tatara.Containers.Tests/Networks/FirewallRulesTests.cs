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
    public void Table_WithoutIpv4NameServers_NoElements() => FirewallRules.Table(Options, ["2001:db8::53"]).ShouldNotContain("add element");

    [Fact]
    public void AddPorts_AllInOneCommand() =>
        FirewallRules.AddPorts("abc", "10.253.0.6", [new(61001, 8080), new(61002, 2222)])
            .ShouldBe("create element inet tatara_abc ports { 61001 : 10.253.0.6 . 8080, 61002 : 10.253.0.6 . 2222 }\n");

    [Fact]
    public void RemovePorts_AllInOneCommand() =>
        FirewallRules.RemovePorts("abc", [61001, 61002]).ShouldBe("delete element inet tatara_abc ports { 61001, 61002 }\n");
}
