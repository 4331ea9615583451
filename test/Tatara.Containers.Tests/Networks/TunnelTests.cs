using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.Containers.Linux;
using Tatara.Containers.Networks;

namespace Tatara.Containers.Tests.Networks;

/// <summary>Containers of this machine and those of other hosts, which may be honest or not.</summary>
public sealed class TunnelTests : IAsyncLifetime
{
    private const int Large = 200_000;

    private OwnRuntime _machine = null!;
    private FarHost _far = null!;
    private FarHost _liar = null!;
    private string _net = "";

    public async Task InitializeAsync()
    {
        var process = Environment.ProcessId % 250;
        _net = string.Create(CultureInfo.InvariantCulture, $"10.201.{process}");
        _machine = await OwnRuntime.StartAsync(options => options with { Tunnel = new TunnelOptions(20000 + process) });
        _far = await FarHost.StartAsync(_machine.Options, "a", IPAddress.Parse($"10.202.{process}.1"), IPNetwork.Parse($"{_net}.0/28"));
        _liar = await FarHost.StartAsync(_machine.Options, "b", IPAddress.Parse($"10.202.{process}.2"), IPNetwork.Parse($"{_net}.16/28"));
        await _machine.Runtime.SetTunnelAsync([_far.Peer, _liar.Peer], default);
    }

    public async Task DisposeAsync()
    {
        await _far.DisposeAsync();
        await _liar.DisposeAsync();
        await ((IAsyncDisposable)_machine).DisposeAsync();
    }

    [Fact]
    public async Task Container_ToAnotherHost_ReachesWhatALinkSaysAndUnderItsOwnAddress()
    {
        _far.Serve(8080, Large);
        var client = await _machine.BashAsync($"while true; do nc -w 5 {_far.Container} 8080 </dev/null | {{ read -r who; echo \"$who $(wc -c)\"; }}; echo round; sleep 0.05; done");
        await RoundAsync(client);
        (await TestRuntime.OutputAsync(client)).ShouldNotContain(client.Address);

        await _machine.Runtime.SetLinksAsync([new(client.Address, _far.Container, EgressProtocol.Tcp, new(8080, 8080))], default);
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(client)).Contains($"{client.Address} {Large}"));

        await _machine.Runtime.SetLinksAsync([], default);
        await RoundAsync(client);
        (await RoundAsync(client)).ShouldNotContain(client.Address);
    }

    [Fact]
    public async Task Container_DialledFromAnotherHost_AnswersThoseALinkNames()
    {
        var server = await _machine.BashAsync($"while true; do head -c {Large} /dev/zero | tr '\\0' x | nc -N -l -p 8080; done");
        (await _far.DialAsync(_far.Container, server.Address, 8080)).ShouldContain("No route to host");

        await _machine.Runtime.SetLinksAsync([new(_far.Container, server.Address, EgressProtocol.Tcp, new(8080, 8080))], default);
        await Eventually.TrueAsync(async () => (await _far.DialAsync(_far.Container, server.Address, 8080)).Contains($"read {Large}"));

        await _far.IpAsync($"addr add {_far.Inside(3)}/32 dev lo\n");
        (await _far.DialAsync(_far.Inside(3), server.Address, 8080)).ShouldContain("No route to host");
    }

    [Fact]
    public async Task Container_BigDatagrams_ArriveWhole()
    {
        var server = await _machine.BashAsync("perl -MIO::Socket::INET -e '$|=1; $s = IO::Socket::INET->new(Proto => \"udp\", LocalPort => 9000) or die; print \"ready\\n\"; while ($s->recv($t, 65000)) { print length($t), \"\\n\" }'");
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(server)).Contains("ready"));
        await _machine.Runtime.SetLinksAsync([new(_far.Container, server.Address, EgressProtocol.Udp, new(9000, 9000))], default);

        await Eventually.TrueAsync(async () =>
        {
            await _far.SendAsync(_far.Container, server.Address, 9000, size: 20_000);
            return (await TestRuntime.OutputAsync(server)).Contains("20000");
        });
    }

    [Fact]
    public async Task Host_SpeaksForItsOwnContainersAlone()
    {
        var server = await _machine.BashAsync("perl -MIO::Socket::INET -e '$|=1; $s = IO::Socket::INET->new(Proto => \"udp\", LocalPort => 9000) or die; print \"ready\\n\"; while ($s->recv($t, 65000)) { print \"$t\\n\" }'");
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(server)).Contains("ready"));
        // Whoever these are, a policy lets them in.
        string[] sources = [_far.Container, _liar.Container, server.Address[..server.Address.LastIndexOf('.')] + ".250"];
        await _machine.Runtime.SetLinksAsync([.. sources.Select(source => new ContainerLink(source, server.Address, EgressProtocol.Udp, new(9000, 9000)))], default);

        // 1. It says that a packet is from another host's container, or from one of this machine, or from this machine itself.
        foreach (var source in sources.Append(_machine.Options.HostAddress).Where(s => s != _liar.Container))
        {
            await _liar.IpAsync($"addr add {source}/32 dev lo\n");
            await _liar.SendAsync(source, server.Address, 9000, text: $"false {source}");
            await _liar.IpAsync($"addr delete {source}/32 dev lo\n");
        }
        // 2. It comes past the tunnel.
        await _liar.IpAsync($"route add {server.Address}/32 via {_liar.Near} dev eth0 onlink src {_liar.Container}\n");
        await _liar.SendAsync(_liar.Container, server.Address, 9000, text: "false past");
        await _liar.IpAsync($"route delete {server.Address}/32\n");

        await Eventually.TrueAsync(async () =>
        {
            await _liar.SendAsync(_liar.Container, server.Address, 9000, text: "true liar");
            await _far.SendAsync(_far.Container, server.Address, 9000, text: "true far");
            var heard = await TestRuntime.OutputAsync(server);
            return heard.Contains("true liar") && heard.Contains("true far");
        });
        (await TestRuntime.OutputAsync(server)).ShouldNotContain("false");
    }

    [Fact]
    public async Task Host_ThatIsNoPeer_IsNotHeardUntilItIs()
    {
        var server = await _machine.BashAsync("perl -MIO::Socket::INET -e '$|=1; $s = IO::Socket::INET->new(Proto => \"udp\", LocalPort => 9000) or die; print \"ready\\n\"; while ($s->recv($t, 65000)) { print \"$t\\n\" }'");
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(server)).Contains("ready"));
        await _machine.Runtime.SetLinksAsync(
            [new(_far.Container, server.Address, EgressProtocol.Udp, new(9000, 9000)), new(_liar.Container, server.Address, EgressProtocol.Udp, new(9000, 9000))], default);

        await _machine.Runtime.SetTunnelAsync([_far.Peer], default);
        await _liar.SendAsync(_liar.Container, server.Address, 9000, text: "removed");
        await Eventually.TrueAsync(async () =>
        {
            await _far.SendAsync(_far.Container, server.Address, 9000, text: "member");
            return (await TestRuntime.OutputAsync(server)).Contains("member");
        });
        (await TestRuntime.OutputAsync(server)).ShouldNotContain("removed");

        await _machine.Runtime.SetTunnelAsync([_far.Peer, _liar.Peer], default);
        await Eventually.TrueAsync(async () =>
        {
            await _liar.SendAsync(_liar.Container, server.Address, 9000, text: "back");
            return (await TestRuntime.OutputAsync(server)).Contains("back");
        });
    }

    [Fact]
    public async Task Container_CannotSpeakForItsHost()
    {
        // What its security groups allow is of no use: a packet to the tunnel's port would be wrapped in its host's address.
        var port = _machine.Options.Tunnel!.Port;
        var everything = new AllowedTraffic(EgressProtocol.All, [AddressRange.Parse("0.0.0.0/0")!.Value], []);
        var heard = _far.Capture(port);
        await heard.UntilAsync("ready");

        var (_, output) = await _machine.RunAsync(
            $"for i in 1 2 3; do echo false > /dev/udp/{_far.Peer.Address}/{port}; echo true > /dev/udp/{_far.Peer.Address}/{port + 1}; done; echo sent", spec => spec with { Egress = [everything] });

        output.ShouldContain("sent");
        await heard.UntilAsync("true");
        heard.Text.ShouldNotContain("false");
    }

    [Fact]
    public async Task SetTunnel_AfterARestart_FindsWhatIsThere_AndWhatGoesIsTakenAway()
    {
        var link = Slot.TunnelInterface(_machine.Options.Id);
        var index = await _far.HereAsync("ip", "-brief", "link", "show", link);
        var again = _machine.New();
        await again.InitializeAsync(default);
        await again.RecoverAsync(default);
        await again.SetTunnelAsync([_far.Peer, _liar.Peer], default);
        await again.SetTunnelAsync([_far.Peer, _liar.Peer], default);
        (await _far.HereAsync("ip", "-brief", "link", "show", link)).ShouldBe(index);
        (await RoutesAsync(link)).ShouldBe([_far.Peer.Subnet.ToString(), _liar.Peer.Subnet.ToString()]);

        // Somebody takes away by hand, and adds.
        await _far.HereAsync("ip", "route", "delete", _far.Peer.Subnet.ToString());
        await _far.HereAsync("ip", "route", "add", $"{_net}.64/28", "dev", link);
        await again.SetTunnelAsync([_far.Peer], default);
        (await RoutesAsync(link)).ShouldBe([_far.Peer.Subnet.ToString()]);
        (await _far.HereAsync("bridge", "fdb", "show", "dev", link)).ShouldNotContain(_liar.Peer.Address.ToString());

        await again.SetTunnelAsync([], default);
        (await RoutesAsync(link)).ShouldBeEmpty();

        // A host of many becomes one machine again, and the other way round.
        await new LinuxContainerRuntime(_machine.Options with { Tunnel = null }, NullLoggerFactory.Instance).InitializeAsync(default);
        (await LinksAsync()).ShouldNotContain(link);
        await again.InitializeAsync(default);
        await again.SetTunnelAsync([_far.Peer], default);
        (await LinksAsync()).ShouldContain(link);

        await again.RemoveAllAsync(default);
        (await LinksAsync()).ShouldNotContain(link);
        await again.InitializeAsync(default);
    }

    private Task<string> LinksAsync() => _far.HereAsync("ip", "-brief", "link", "show", "type", "vxlan");

    private async Task<IReadOnlyList<string>> RoutesAsync(string link) =>
        [.. (await _far.HereAsync("ip", "route", "show", "dev", link)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal)];

    /// <summary>The first whole round that began after this was asked.</summary>
    private static async Task<string> RoundAsync(IContainer client)
    {
        var before = (await TestRuntime.OutputAsync(client)).Split("round").Length;
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(client)).Split("round").Length > before + 2);
        return (await TestRuntime.OutputAsync(client)).Split("round")[before + 1];
    }
}
