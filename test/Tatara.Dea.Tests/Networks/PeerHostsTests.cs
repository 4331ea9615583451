using System.Text.Json;
using Tatara.Containers;
using Tatara.Dea.Networks;
using Tatara.Dea.Tests.Fakes;
using Tatara.Peers;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Networks;

/// <summary>A DEA among other hosts.</summary>
public sealed class PeerHostsTests : IDisposable
{
    private static readonly Member Self = new("host-1", "127.0.0.1", ["dea"], "10.253.0.0/20", Dea: "dea-test");
    private static readonly Member Second = new("host-2", "10.0.0.2", ["dea"], "10.253.16.0/20");
    private static readonly Member Third = new("host-3", "10.0.0.3", ["dea"], "10.253.32.0/20");

    private readonly string _members = Path.GetTempFileName();

    public void Dispose() => File.Delete(_members);

    [Fact]
    public async Task Members_ComeAndGo_TheTunnelFollows()
    {
        await using var dea = await StartAsync(Self, Second);
        await Bus.UntilAsync(() => Reached(dea) is ["10.0.0.2 10.253.16.0/20"], "the other host is reached");

        Write(Self, Second, Third, new Member("host-4", "10.0.0.4", ["dea"], "10.253.0.0/16"));
        await Bus.UntilAsync(() => Reached(dea) is ["10.0.0.2 10.253.16.0/20", "10.0.0.3 10.253.32.0/20"], "the new host is reached, too");
        await Bus.UntilAsync(() => Logged(dea).Any(l => l.Contains("leads to 2 other hosts: dea-host-2 (10.0.0.2, 10.253.16.0/20), dea-host-3 (10.0.0.3, 10.253.32.0/20)")), "it is said");
        await Bus.UntilAsync(() => Logged(dea).Any(l => l.Contains("Containers of dea-host-4 are not reached: its network 10.253.0.0/16 overlaps")), "it is said why another is not");

        Write(Self, Second with { RemovedAt = DateTimeOffset.UnixEpoch }, Third);
        await Bus.UntilAsync(() => Reached(dea) is ["10.0.0.3 10.253.32.0/20"], "the removed host is not");
    }

    [Fact]
    public async Task Addresses_AreBelievedOfADeaAboutItsOwnHostAlone()
    {
        await using var dea = await StartAsync(Self, Second);
        await using var cc = await FakeCloudController.StartAsync(dea.Bus.Connection, new NetworkRules(new Dictionary<string, IReadOnlyList<EgressRule>>(), [new(DeaUnderTest.App, "backend", "tcp", 8080, 8080)]));
        await dea.RunInstanceAsync(dea.StartMessage() with { VcapApplication = JsonDocument.Parse($$"""{"application_id":"{{DeaUnderTest.App}}","space_id":"space-1"}""").RootElement });

        // 1. In another's name, 2. about another's containers and this host's, and what is no address, 3. from nobody that is known, 4. as on one machine.
        await SayAsync("dea-host-3", "dea-host-2", "10.253.16.2");
        await SayAsync("dea-host-2", "dea-host-2", "10.253.32.2", "10.253.0.2", "127.0.0.1", "::1", "::ffff:10.253.16.2", "0.0.0.0/0", "10.253.4102", "10.253.16.06", "10.253.16.6");
        await SayAsync("dea-host-3", "dea-host-3", "10.253.32.6");
        await dea.Bus.Connection.PublishAsync(Subjects.NetworkAddresses, new ContainerAddresses("dea-host-2", [new("backend", 0, "10.253.16.10", [])]));
        await Bus.UntilAsync(() => dea.Runtime.Links.Count > 0, "there is a link");

        dea.Runtime.Links.Select(l => l.Destination).ShouldBe(["10.253.16.6"]);
        dea.Runtime.Names.Keys.Order().ShouldBe(new[] { dea.Runtime.Containers.Single().Address, "10.253.16.6" }.Order());

        // What a host said before it was known counts when it is.
        Write(Self, Second, Third);
        await Bus.UntilAsync(() => dea.Runtime.Links.Select(l => l.Destination).SequenceEqual(["10.253.16.6", "10.253.32.6"]), "there are links to both hosts");

        Task SayAsync(string where, string name, params string[] addresses) => dea.Bus.Connection.PublishAsync(
            Subjects.NetworkAddressesOf(where), new ContainerAddresses(name, [.. addresses.Select((a, i) => new ContainerAddress("backend", i, a, ["shop.apps.internal"]))])).AsTask();
    }

    [Fact]
    public async Task Addresses_AreToldWhereNobodyElseCanTellThem()
    {
        await using var dea = await StartAsync(Self, Second);
        await using var told = await dea.Bus.Connection.SubscribeCoreAsync<ContainerAddresses>(Subjects.NetworkAddressesOf("dea-test"));
        await dea.RunInstanceAsync(dea.StartMessage());

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var message in told.ReadAllAsync(patience.Token))
            if (message.Data is { Dea: "dea-test", Containers: [var said] } && said.Address == dea.Runtime.Containers.Single().Address) return;
    }

    [Fact]
    public void Probe_SaysWhenAHostAnswersAndWhenItFallsSilent()
    {
        var log = new Tatara.Testing.ListLogger<TunnelProbe>();
        var probe = new TunnelProbe(DeaOptionsOf("dea-test"), null!, null!, TimeProvider.System, log);
        var host = new TunnelHost("dea-host-2", new TunnelPeer(System.Net.IPAddress.Parse("10.0.0.2"), System.Net.IPNetwork.Parse("10.253.16.0/20")));

        foreach (var answered in (bool[])[false, false, true, true, false, false, true, false, false, false, false]) probe.Note(host, answered);
        log.Entries.Select(e => e.Text).ShouldBe(
        [
            "The tunnel of dea-test has answers from dea-host-2 (10.0.0.2, 10.253.16.0/20).",
            "The tunnel of dea-test has had no answer from dea-host-2 (10.0.0.2, 10.253.16.0/20) 3 times, and its DEA is there: containers of both do not reach each other. Let UDP pass between both hosts, on the port 24 above ports-from.",
        ]);

        probe.Note(host, answered: true);
        log.Entries.Count.ShouldBe(3);
    }

    private async Task<DeaUnderTest> StartAsync(params Member[] members)
    {
        Write(members);
        return await DeaUnderTest.StartAsync(options => options with { Peers = new PeerNetwork(new PeerTls(new PeerFiles("none", "none", "none", _members)), _ => 1) });
    }

    /// <summary>Replaced as a whole, as hosts do.</summary>
    private void Write(params Member[] members)
    {
        var draft = _members + ".new";
        File.WriteAllText(draft, new MemberList(members).ToString());
        File.Move(draft, _members, overwrite: true);
    }

    private static DeaOptions DeaOptionsOf(string id) => new()
    {
        Id = id,
        Bus = new Tatara.MessageBus.NatsOptions { Servers = [] },
        DataDirectory = "/none",
        HostAddress = "127.0.0.1",
        Subnet = System.Net.IPNetwork.Parse("10.253.0.0/20"),
        Stacks = [],
        MemoryMb = 1,
        DiskMb = 1,
    };

    private static IReadOnlyList<string> Reached(DeaUnderTest dea) => [.. dea.Runtime.Tunnel.Select(p => $"{p.Address} {p.Subnet}")];

    private static string[] Logged(DeaUnderTest dea) => dea.Logged.ToArray();
}
