using System.Text.Json;
using Tatara.Containers;
using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Networks;

public sealed class NetworkKeeperTests
{
    private const string Space = "space-1";
    private static readonly EgressRule Web = new("tcp", "198.51.100.0/24", "80,443");
    private static readonly EgressRule Database = new("tcp", "10.0.0.5", "5432");

    [Fact]
    public async Task Start_WithRules_ItsContainerMayReachThatAndNoMore()
    {
        await using var dea = await DeaUnderTest.StartAsync();

        await dea.RunInstanceAsync(Message(dea) with { EgressNetworkRules = [Web, new EgressRule("tcp", "nonsense", "80"), new EgressRule("tcp", "10.0.0.1", "80; drop")] });

        Reached(dea.Runtime.Containers.Single()).ShouldBe(["Tcp 198.51.100.0-198.51.100.255 80,443"]);
    }

    [Fact]
    public async Task Rules_Changed_HoldForRunningContainers()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await using var cc = await FakeCloudController.StartAsync(dea.Bus.Connection, new NetworkRules(Egress(Web), []));
        await dea.RunInstanceAsync(Message(dea) with { EgressNetworkRules = [Web] });
        var container = dea.Runtime.Containers.Single();

        cc.Rules = new NetworkRules(Egress(Database), []);
        await dea.Bus.Connection.PublishAsync(Subjects.NetworkChanged, new EmptyMessage());

        await Bus.UntilAsync(() => Reached(container) is ["Tcp 10.0.0.5 5432"], "the new rule holds alone");
        cc.Asked!.Spaces.ShouldBe([Space]);
        cc.Asked.Apps.ShouldBe([DeaUnderTest.App]);
    }

    [Fact]
    public async Task Rules_NobodyAnswers_ThoseOfTheStartGoOnHolding()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(Message(dea) with { EgressNetworkRules = [Web] });

        await dea.Bus.Connection.PublishAsync(Subjects.NetworkChanged, new EmptyMessage());
        await Bus.UntilAsync(() => dea.Logged.ToArray().Any(l => l.Contains("No Cloud Controller says")), "it was asked in vain");

        Reached(dea.Runtime.Containers.Single()).ShouldBe(["Tcp 198.51.100.0-198.51.100.255 80,443"]);
    }

    [Fact]
    public async Task InternalName_LeadsToHealthyInstances_WhileItIsMapped()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(Message(dea) with { InternalNames = ["shop.apps.internal", "not a name"], Index = 2 });
        var container = dea.Runtime.Containers.Single();
        await Bus.UntilAsync(() => NamesOf(dea, container) is ["shop.apps.internal", "2.shop.apps.internal"], "the name leads to it");

        await dea.Bus.Connection.PublishAsync(Subjects.DeaUpdate, new DeaUpdateMessage(DeaUnderTest.App, ["dora.tatara.localhost"], InternalNames: ["store.apps.internal"]));
        await Bus.UntilAsync(() => NamesOf(dea, container) is ["store.apps.internal", "2.store.apps.internal"], "the new name leads to it");

        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(DeaUnderTest.App));
        await Bus.UntilAsync(() => NamesOf(dea, container).Count == 0, "no name leads to what stops");
    }

    [Fact]
    public async Task Policy_ToAnAppElsewhere_LinksAllItsContainersAsTheyCome()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await using var cc = await FakeCloudController.StartAsync(dea.Bus.Connection, new NetworkRules(Egress(Web), [new(DeaUnderTest.App, "other-app", "tcp", 8080, 8081)]));
        await dea.RunInstanceAsync(Message(dea));
        var container = dea.Runtime.Containers.Single();

        await dea.Bus.Connection.PublishAsync(Subjects.NetworkAddresses, new ContainerAddresses("dea-far", [new("other-app", 0, "10.1.1.2", []), new("other-app", 1, "10.1.1.6", []), new("a-third", 0, "10.1.1.10", [])]));
        await Bus.UntilAsync(() => dea.Runtime.Links.Count == 2, "there are links");
        dea.Runtime.Links.ShouldBe(
        [
            new ContainerLink(container.Address, "10.1.1.2", EgressProtocol.Tcp, new(8080, 8081)), new ContainerLink(container.Address, "10.1.1.6", EgressProtocol.Tcp, new(8080, 8081)),
        ]);

        await dea.Bus.Connection.PublishAsync(Subjects.NetworkAddresses, new ContainerAddresses("dea-far", [new("other-app", 1, "10.1.1.6", []), new("other-app", 2, "not; an address", [])]));
        await Bus.UntilAsync(() => dea.Runtime.Links is [{ Destination: "10.1.1.6" }], "the link to what went is gone");
    }

    [Fact]
    public async Task Addresses_AreToldToOtherDeas()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await using var told = await dea.Bus.Connection.SubscribeCoreAsync<ContainerAddresses>(Subjects.NetworkAddresses);
        await dea.RunInstanceAsync(Message(dea) with { InternalNames = ["shop.apps.internal"] });
        var container = dea.Runtime.Containers.Single();

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var message in told.ReadAllAsync(patience.Token))
        {
            if (message.Data is { Dea: "dea-test", Containers: [{ Names: ["shop.apps.internal"] } said] })
            {
                said.Address.ShouldBe(container.Address);
                said.App.ShouldBe(DeaUnderTest.App);
                return;
            }
        }
    }

    private static DeaStartMessage Message(DeaUnderTest dea) => dea.StartMessage() with
    {
        VcapApplication = JsonDocument.Parse($$"""{"application_id":"{{DeaUnderTest.App}}","space_id":"{{Space}}"}""").RootElement,
    };

    private static Dictionary<string, IReadOnlyList<EgressRule>> Egress(params EgressRule[] rules) => new() { [Space] = rules };

    private static IReadOnlyList<string> Reached(FakeContainer container) =>
        [.. container.Egress.Select(e => $"{e.Protocol} {string.Join(',', e.Destinations)} {string.Join(',', e.Ports)}")];

    private static IReadOnlyList<string> NamesOf(DeaUnderTest dea, FakeContainer container) => dea.Runtime.Names.GetValueOrDefault(container.Address) ?? [];
}
