using System.Net;
using Tatara.Containers.Networks;

namespace Tatara.Containers.Tests.Networks;

public sealed class SlotTests
{
    private static readonly IPNetwork Subnet = IPNetwork.Parse("10.253.0.0/16");

    [Fact]
    public void Addresses_FourForEachSlot()
    {
        new Slot(0, "abcdef", Subnet).ShouldSatisfyAllConditions(
            slot => slot.Gateway.ShouldBe("10.253.0.1"),
            slot => slot.Container.ShouldBe("10.253.0.2"));
        new Slot(Slot.Count(Subnet) - 1, "abcdef", Subnet).Container.ShouldBe("10.253.255.254");
    }

    [Fact]
    public void Interface_OfTheLargestSubnet_FitsTheKernelsLimit()
    {
        var subnet = IPNetwork.Parse("10.0.0.0/12");

        new Slot(Slot.Count(subnet) - 1, "abcdef", subnet).Interface.Length.ShouldBeLessThanOrEqualTo(15);
    }

    [Fact]
    public void NameServers_LoopbackStub_RealOnesBehindIt()
    {
        string[] stub = ["# comment", "nameserver 127.0.0.53", "nameserver ::1", "options edns0", "search example.org"];
        string[] real = ["nameserver 192.0.2.1", "nameserver\t192.0.2.2", "nameserver 2001:db8::1", "nameserver"];

        NameServers.FirstUsable([stub, real]).ShouldBe(["192.0.2.1", "192.0.2.2"]);
        NameServers.FirstUsable([stub]).ShouldBeEmpty();
    }
}
