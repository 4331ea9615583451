using System.Net;
using Tatara.Dea.Networks;
using Tatara.Peers;

namespace Tatara.Dea.Tests.Networks;

public sealed class TunnelPlanTests
{
    private const string Here = "10.0.0.1";
    private static readonly IPNetwork Ours = IPNetwork.Parse("10.253.0.0/20");
    private static readonly Member Self = new("host-1", Here, ["dea"], "10.253.0.0/20");
    private static readonly Member Second = new("host-2", "10.0.0.2", ["dea"], "10.253.16.0/20");
    private static readonly Member Third = new("host-3", "10.0.0.3", ["dea", "router"], "10.253.32.0/20", Dea: "dea-0");
    private static readonly Member Router = new("host-4", "10.0.0.4", ["router"]);

    [Fact]
    public void Of_Members_LeadsToOtherHostsWithContainers()
    {
        var plan = Of(Self, Third, Second, Router);

        plan.Refused.ShouldBeEmpty();
        plan.Hosts.Select(h => h.ToString()).ShouldBe(["dea-0 (10.0.0.3, 10.253.32.0/20)", "dea-host-2 (10.0.0.2, 10.253.16.0/20)"]);
    }

    [Fact]
    public void Of_RemovedMember_IsLeftOut() =>
        Of(Self, Second, Third with { RemovedAt = DateTimeOffset.UnixEpoch }).Hosts.Select(h => h.Dea).ShouldBe(["dea-host-2"]);

    /// <summary>Its network and its address may be another's by now.</summary>
    [Fact]
    public void Of_RemovedMember_IsInNobodysWay() =>
        Of(Self, Second, new("host-9", Second.Address, ["dea"], Second.Network, RemovedAt: DateTimeOffset.UnixEpoch)).Hosts.Select(h => h.Dea).ShouldBe(["dea-host-2"]);

    [Theory]
    [InlineData("10.253.0.0/20", "overlaps 10.253.0.0/20 of host-1")]
    [InlineData("10.253.8.0/24", "overlaps 10.253.0.0/20 of host-1")]
    [InlineData("10.252.0.0/15", "overlaps")]
    [InlineData("0.0.0.0/0", "is no network")]
    [InlineData("10.0.0.0/8", "is no network")]
    [InlineData("10.0.0.0/12", "the host host-1 has an address in its network")]
    [InlineData("10.253.48.7/20", "is no network")]
    [InlineData("10.253.48.4/30", "is no network")]
    [InlineData("224.0.0.0/20", "is no network")]
    [InlineData("fd00::/64", "is no network")]
    [InlineData("::ffff:10.253.48.0/116", "is no network")]
    [InlineData("10.253.48.0/20; flush ruleset", "is no network")]
    [InlineData("", "is no network")]
    public void Of_NetworkThatLeadsAstray_IsRefused(string network, string reason)
    {
        var plan = Of(Self, Second, new("evil", "10.0.0.9", ["dea"], network));

        plan.Hosts.Select(h => h.Dea).ShouldBe(["dea-host-2"]);
        plan.Refused.Single().ShouldContain(reason);
    }

    [Theory]
    [InlineData("10.253.16.9", "is in the network 10.253.16.0/20 of the containers of host-2")]
    [InlineData("10.253.0.9", "is in the network 10.253.0.0/20 of the containers of host-1")]
    [InlineData("10.253.48.9", "has an address in its network")]
    [InlineData("10.0.0.2", "host-2 has the same address")]
    [InlineData("127.0.0.1", "is no address")]
    [InlineData("0.0.0.0", "is no address")]
    [InlineData("239.1.1.1", "is no address")]
    [InlineData("255.255.255.255", "is no address")]
    [InlineData("fe80::1", "is no address")]
    [InlineData("::ffff:10.0.0.9", "is no address")]
    [InlineData("10.9", "is no address")]
    [InlineData("host.example", "is no address")]
    public void Of_AddressThatLeadsAstray_IsRefused(string address, string reason)
    {
        var plan = Of(Self, Second, new("evil", address, ["dea"], "10.253.48.0/20"));

        plan.Hosts.ShouldAllBe(h => h.Dea != "dea-evil");
        plan.Refused.ShouldContain(r => r.Contains("dea-evil") && r.Contains(reason));
    }

    [Fact]
    public void Of_TwoWithOneNetwork_TheOneThatWasThereFirstIsReached()
    {
        var plan = Of(Self, Second, Third with { Network = Second.Network });

        plan.Hosts.Select(h => h.Dea).ShouldBe(["dea-host-2"]);
        plan.Refused.Single().ShouldContain("dea-0 are not reached: its network 10.253.16.0/20 overlaps");
    }

    [Fact]
    public void Of_TwoWithOneName_TheOneThatWasThereFirstIsReached() =>
        Of(Self, Second, Third with { Dea = "dea-host-2" }).Hosts.Select(h => h.Peer.Address.ToString()).ShouldBe([Second.Address]);

    [Fact]
    public void Of_OwnNetworkIsNotTheOneThatWasGiven_NobodyIsReachedAndItSaysWhatToDo()
    {
        var plan = Of(Self with { Network = "10.253.64.0/20" }, Second);

        plan.Hosts.ShouldBeEmpty();
        plan.Refused.Single().ShouldContain("are in 10.253.0.0/20, and the platform gave it 10.253.64.0/20");
    }

    [Fact]
    public void Of_HostThatWasRemoved_NobodyIsReached() => Of(Second, Third).Hosts.ShouldBeEmpty();

    [Theory]
    [InlineData("dea-host-2", "10.253.16.6", true)]
    [InlineData("dea-host-2", "10.253.32.6", false)]
    [InlineData("dea-host-2", "10.253.0.6", false)]
    [InlineData("dea-host-1", "10.253.0.6", false)]
    [InlineData("dea-unheard-of", "10.253.16.6", false)]
    public void Owns_AddressesOfItsOwnHostAlone(string dea, string address, bool owns) => Of(Self, Second, Third).Owns(dea, IPAddress.Parse(address)).ShouldBe(owns);

    private static TunnelPlan Of(params Member[] members) => TunnelPlan.Of(new MemberList(members), Here, Ours);
}
