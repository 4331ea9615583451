using System.Net;
using System.Text.Json;
using Tatara.Containers.Networks;

namespace Tatara.Containers.Tests.Networks;

public sealed class TunnelWaysTests
{
    private static readonly TunnelPeer Two = new(IPAddress.Parse("10.0.0.2"), IPNetwork.Parse("10.253.16.0/20"));
    private static readonly TunnelPeer Three = new(IPAddress.Parse("10.0.0.3"), IPNetwork.Parse("10.253.32.0/20"));

    /// <summary>As iproute2 shows what it was told: the route, its next hop and where that is.</summary>
    private static readonly TunnelWays Found = TunnelWays.Read(
        Json("""[{"dst":"10.253.16.0/20","gateway":"10.253.16.0","prefsrc":"10.253.0.0","flags":["onlink"]}]"""),
        Json("""[{"dst":"10.253.16.0","lladdr":"02:74:0a:00:00:02","state":["PERMANENT"]}]"""),
        Json("""[{"mac":"02:74:0a:00:00:02","dst":"10.0.0.2","flags":["self"],"state":"permanent"}]"""));

    [Fact]
    public void Change_NothingToDo_NoCommands()
    {
        TunnelCommands.ChangeHosts("ttx", Found, TunnelWays.To([Two])).ShouldBeEmpty();
        TunnelCommands.ChangeRoutes("ttx", "10.253.0.0", Found, TunnelWays.To([Two])).ShouldBeEmpty();
    }

    [Fact]
    public void Change_AHostComes_ThatIsAddedAlone()
    {
        TunnelCommands.ChangeHosts("ttx", Found, TunnelWays.To([Two, Three])).ShouldBe("fdb replace 02:74:0a:00:00:03 dev ttx dst 10.0.0.3 self permanent\n");
        TunnelCommands.ChangeRoutes("ttx", "10.253.0.0", Found, TunnelWays.To([Two, Three])).ShouldBe("""
            neighbour replace 10.253.32.0 lladdr 02:74:0a:00:00:03 nud permanent dev ttx
            route replace 10.253.32.0/20 via 10.253.32.0 dev ttx onlink src 10.253.0.0

            """);
    }

    [Fact]
    public void Change_AHostGoes_NothingOfItIsLeft()
    {
        TunnelCommands.ChangeHosts("ttx", Found, TunnelWays.To([])).ShouldBe("fdb delete 02:74:0a:00:00:02 dev ttx dst 10.0.0.2 self\n");
        TunnelCommands.ChangeRoutes("ttx", "10.253.0.0", Found, TunnelWays.To([])).ShouldBe("route delete 10.253.16.0/20 dev ttx\nneighbour delete 10.253.16.0 dev ttx\n");
    }

    [Fact]
    public void Change_ANetworkIsAnotherHostsNow_ItsNextHopMoves()
    {
        var moved = TunnelWays.To([Two with { Address = Three.Address }]);

        TunnelCommands.ChangeHosts("ttx", Found, moved).ShouldBe("fdb delete 02:74:0a:00:00:02 dev ttx dst 10.0.0.2 self\nfdb replace 02:74:0a:00:00:03 dev ttx dst 10.0.0.3 self permanent\n");
        TunnelCommands.ChangeRoutes("ttx", "10.253.0.0", Found, moved).ShouldBe("neighbour delete 10.253.16.0 dev ttx\nneighbour replace 10.253.16.0 lladdr 02:74:0a:00:00:03 nud permanent dev ttx\n");
    }

    private static IEnumerable<JsonElement> Json(string text) => [.. JsonDocument.Parse(text).RootElement.EnumerateArray()];
}
