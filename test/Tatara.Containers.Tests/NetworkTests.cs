using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;

namespace Tatara.Containers.Tests;

public sealed class NetworkTests(TestRuntime machine) : IClassFixture<TestRuntime>
{
    // Answers one connection after another with a line.
    private const string Server = "while true; do echo \"hello from $HOSTNAME\" | nc -N -l -p 8080; done";

    [Fact]
    public async Task MappedPort_DialledFromTheMachine_ReachesTheContainer()
    {
        var container = await machine.BashAsync(Server, spec => spec with { Ports = [new PortMapping(61001, 8080)] });

        var answer = await AnswerAsync(machine.Options.HostAddress, 61001);

        answer.ShouldContain($"hello from {container.Handle}");
        await container.DestroyAsync(default);
    }

    [Fact]
    public async Task MappedPorts_OfTwoContainers_ReachEachItsOwn()
    {
        var one = await machine.BashAsync(Server, spec => spec with { Ports = [new PortMapping(61002, 8080)] });
        var two = await machine.BashAsync(Server, spec => spec with { Ports = [new PortMapping(61003, 8080)] });

        (await AnswerAsync(machine.Options.HostAddress, 61002)).ShouldContain(one.Handle);
        (await AnswerAsync(machine.Options.HostAddress, 61003)).ShouldContain(two.Handle);

        await one.DestroyAsync(default);
        await Should.ThrowAsync<SocketException>(() => DialAsync(machine.Options.HostAddress, 61002));
        (await AnswerAsync(machine.Options.HostAddress, 61003)).ShouldContain(two.Handle);
        await two.DestroyAsync(default);
    }

    [Fact]
    public async Task MappedPort_Taken_CreationFailsAndTheOwnerKeepsIt()
    {
        var owner = await machine.BashAsync(Server, spec => spec with { Ports = [new PortMapping(61004, 8080)] });
        var spec = TestRuntime.Spec("true", spec => spec with { Ports = [new PortMapping(61004, 8080)] });

        await Should.ThrowAsync<ContainerException>(() => machine.Runtime.CreateAsync(spec, default));

        await machine.ShouldHaveNoTraceOfAsync(spec.Handle);
        (await AnswerAsync(machine.Options.HostAddress, 61004)).ShouldContain(owner.Handle);
        await owner.DestroyAsync(default);
    }

    [Fact]
    public async Task Container_DialsServicesOfTheMachine_Fails()
    {
        using var loopback = Listen(IPAddress.Loopback);
        using var everywhere = Listen(IPAddress.IPv6Any);
        var addresses = NetworkInterface.GetAllNetworkInterfaces().SelectMany(link => link.GetIPProperties().UnicastAddresses)
            .Where(address => address.Address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address.Address))
            .Select(address => address.Address.ToString()).ToList();
        addresses.ShouldContain(machine.Options.HostAddress);
        var targets = addresses.Append("gateway").Select(address => (Address: address, Port: PortOf(everywhere))).Append(("127.0.0.1", PortOf(loopback)));
        var script = "gateway=$(ip route | sed -n 's/default via \\([^ ]*\\) .*/\\1/p'); "
            + string.Join(" ", targets.Select(target => $"{{ nc -z -w 1 {target.Item1.Replace("gateway", "$gateway")} {target.Item2} && echo reached {target.Item1}; }} &")) + " wait; echo tried";

        var (_, output) = await machine.RunAsync(script, Loosen);

        output.ShouldBe("tried");
    }

    [Fact]
    public async Task Container_DialsAnother_Fails()
    {
        var other = await machine.BashAsync(Server, spec => spec with { Ports = [new PortMapping(61005, 8080)] });
        (await AnswerAsync(other.Address, 8080)).ShouldContain(other.Handle);

        var (_, output) = await machine.RunAsync($"nc -z -w 1 {other.Address} 8080 && echo direct; nc -z -w 1 {machine.Options.HostAddress} 61005 && echo mapped; echo tried");

        output.ShouldBe("tried");
        await other.DestroyAsync(default);
    }

    [Fact]
    public async Task Container_HasNoIpv6Address()
    {
        var (_, output) = await machine.RunAsync("ip -6 addr show dev eth0; echo end");

        output.ShouldBe("end");
    }

    /// <summary>Whoever is root in its namespace; an app is not even that.</summary>
    [Fact]
    public async Task Container_UnderTheAddressOfAnother_ReachesNothing()
    {
        var victim = await machine.BashAsync("sleep 1000");
        var server = await machine.BashAsync("perl -MIO::Socket::INET -e '$|=1; $s = IO::Socket::INET->new(Proto => \"udp\", LocalPort => 9000) or die; print \"ready\\n\"; while ($s->recv($t, 100)) { print \"$t\\n\" }'");
        var liar = await machine.BashAsync("sleep 1000");
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(server)).Contains("ready"));
        await machine.Runtime.SetLinksAsync(
            [new(victim.Address, server.Address, EgressProtocol.Udp, new(9000, 9000)), new(liar.Address, server.Address, EgressProtocol.Udp, new(9000, 9000))], default);
        var commands = new Tatara.Containers.Linux.CommandRunner(TimeSpan.FromSeconds(10));
        var inside = ((Tatara.Containers.Processes.LinuxContainer)liar).Slot.Namespace;
        await commands.RunAsync(["ip", "-netns", inside, "addr", "add", $"{victim.Address}/32", "dev", "lo"], null, default);

        await SayAsync(victim.Address, "false");
        await SayAsync(liar.Address, "true");

        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(server)).Contains("true"));
        (await TestRuntime.OutputAsync(server)).ShouldNotContain("false");
        foreach (var container in (IContainer[])[victim, server, liar]) await container.DestroyAsync(default);

        Task<string> SayAsync(string from, string text) => commands.RunAsync(
            ["ip", "netns", "exec", inside, "perl", "-MIO::Socket::INET", "-e", $"IO::Socket::INET->new(Proto => 'udp', LocalAddr => '{from}', PeerAddr => '{server.Address}', PeerPort => 9000)->send('{text}')"], null, default);
    }

    [Fact]
    public async Task Container_DialsItself_Works()
    {
        var (exit, output) = await machine.RunAsync("(echo me | nc -N -l -p 9000) & until nc -w 1 localhost 9000; do sleep 0.05; done");

        exit.ExitCode.ShouldBe(0);
        output.ShouldBe("me");
    }

    [Fact]
    public async Task Container_SeesMachineAsCaller_NotLoopback()
    {
        var container = await machine.BashAsync("nc -v -N -l -p 8080 < /dev/null; sleep 1000", spec => spec with { Ports = [new PortMapping(61006, 8080)] });

        await Eventually.TrueAsync(async () =>
        {
            await DialAsync(machine.Options.HostAddress, 61006, retry: true);
            return (await TestRuntime.OutputAsync(container)).Contains(machine.Options.HostAddress);
        });
        await container.DestroyAsync(default);
    }

    [Fact]
    public async Task Initialize_Again_KeepsMappedPorts()
    {
        var container = await machine.BashAsync(Server, spec => spec with { Ports = [new PortMapping(61007, 8080)] });

        await machine.New().InitializeAsync(default);

        (await AnswerAsync(machine.Options.HostAddress, 61007)).ShouldContain(container.Handle);
        await container.DestroyAsync(default);
    }

    private static ContainerSpec Loosen(ContainerSpec spec) => spec with { Limits = spec.Limits with { Pids = 200 } };

    private static TcpListener Listen(IPAddress address)
    {
        var listener = new TcpListener(address, 0);
        if (address.Equals(IPAddress.IPv6Any)) listener.Server.DualMode = true;
        listener.Start();
        return listener;
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static async Task<string> AnswerAsync(string address, int port)
    {
        var answer = "";
        await Eventually.TrueAsync(async () =>
        {
            answer = await DialAsync(address, port, retry: true);
            return answer.Length > 0;
        });
        return answer;
    }

    private static async Task<string> DialAsync(string address, int port, bool retry = false)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address, port, limit.Token);
            using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
            return await reader.ReadToEndAsync(limit.Token);
        }
        catch (SocketException e) when (retry && e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return "";
        }
    }
}
