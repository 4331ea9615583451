using System.Diagnostics;
using System.Net;
using Tatara.Containers.Linux;
using Tatara.Containers.Networks;

namespace Tatara.Containers.Tests.Networks;

/// <summary>
/// Another host with containers, as a network namespace: its end of the tunnel is made by the same commands, its containers are addresses of
/// that namespace, and no firewall there keeps it from saying what it wants.
/// </summary>
internal sealed class FarHost : IAsyncDisposable
{
    private readonly CommandRunner _commands = new(TimeSpan.FromSeconds(10));
    private readonly string _namespace;
    private readonly string _link;
    private readonly List<Process> _started = [];

    private FarHost(string name, string near, IPAddress address, IPNetwork subnet)
    {
        (_namespace, _link) = ($"far-{Environment.ProcessId}-{name}", $"far{Environment.ProcessId}{name}");
        (Near, Peer) = (near, new TunnelPeer(address, subnet));
    }

    /// <summary>This machine, as the other host sees it.</summary>
    public string Near { get; }

    public TunnelPeer Peer { get; }

    /// <summary>One of its containers.</summary>
    public string Container => Inside(2);

    public string Inside(byte number)
    {
        var bytes = Peer.Subnet.BaseAddress.GetAddressBytes();
        bytes[3] += number;
        return new IPAddress(bytes).ToString();
    }

    public static async Task<FarHost> StartAsync(ContainerRuntimeOptions here, string name, IPAddress address, IPNetwork subnet)
    {
        var host = new FarHost(name, here.HostAddress, address, subnet);
        await host._commands.RunAsync(["ip", "-batch", "-"],
            $"netns add {host._namespace}\nlink add {host._link} type veth peer name eth0 netns {host._namespace}\nlink set {host._link} up\nroute add {address}/32 dev {host._link} src {host.Near}\n", default);
        var to = new TunnelPeer(IPAddress.Parse(here.HostAddress), IPNetwork.Parse(here.Subnet));
        var link = new TunnelLink(address.ToString(), TunnelWays.NextHop(subnet), here.Tunnel!.Port, 1450);
        var none = new TunnelWays([], [], []);
        await host.IpAsync($"addr add {address}/32 dev eth0\nlink set lo up\nlink set eth0 up\nroute add {host.Near}/32 dev eth0\n");
        await host.IpAsync(TunnelCommands.Make("tunnel", link) + $"addr add {host.Container}/32 dev lo\n");
        await host._commands.RunAsync(["ip", "netns", "exec", host._namespace, "bridge", "-batch", "-"], TunnelCommands.ChangeHosts("tunnel", none, TunnelWays.To([to])), default);
        await host.IpAsync(TunnelCommands.ChangeRoutes("tunnel", host.Container, none, TunnelWays.To([to])));
        return host;
    }

    /// <summary>For `ip`, on that host.</summary>
    public Task IpAsync(string batch) => _commands.RunAsync(["ip", "-netns", _namespace, "-batch", "-"], batch, default);

    /// <summary>Its container answers each connection to a port with the caller's address and so many bytes.</summary>
    public void Serve(int port, int bytes) => Run("perl", "-MIO::Socket::INET", "-e",
        $"my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => '{Container}', LocalPort => {port}, ReuseAddr => 1) or die $!; while (my $c = $s->accept) {{ print $c $c->peerhost, \"\\n\", 'x' x {bytes}; close $c }}");

    /// <summary>Dials as one of its containers; how much it read, or why it could not.</summary>
    public Task<string> DialAsync(string from, string to, int port) => SayAsync("perl", "-MIO::Socket::INET", "-e",
        $"my $s = IO::Socket::INET->new(LocalAddr => '{from}', PeerAddr => '{to}', PeerPort => {port}) or do {{ print \"$!\\n\"; exit }}; my $n = 0; while (sysread $s, my $b, 65536) {{ $n += length $b }} print \"read $n\\n\"");

    /// <summary>Sends one datagram as if from an address.</summary>
    public Task<string> SendAsync(string from, string to, int port, string text = "", int size = 0) => SayAsync("perl", "-MIO::Socket::INET", "-e",
        $"my $s = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '{from}', PeerAddr => '{to}', PeerPort => {port}) or die $!; $s->send({(size > 0 ? $"'x' x {size}" : $"'{text}'")}) or print $!");

    /// <summary>All datagrams that come to two ports of the host, whether anybody listens or not.</summary>
    public Captured Capture(int port) => new(Run("perl", "-e",
        $"$| = 1; socket(my $s, 17, 3, 8) or die $!; print \"ready\\n\"; while (sysread $s, my $p, 65535) {{ next unless length $p >= 42 && substr($p, 23, 1) eq chr 17; my $to = unpack 'n', substr $p, 36, 2; print substr($p, 42), \"\\n\" if $to == {port} || $to == {port + 1} }}"));

    /// <summary>What a command of this machine prints.</summary>
    public Task<string> HereAsync(params string[] command) => _commands.RunAsync(command, null, default);

    private Process Run(params string[] command)
    {
        var process = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", _namespace, .. command]) { RedirectStandardOutput = true })!;
        _started.Add(process);
        return process;
    }

    private async Task<string> SayAsync(params string[] command)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await Run(command).StandardOutput.ReadToEndAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
        }
        await _commands.RunAsync(["ip", "link", "delete", _link], null, default);
        await _commands.RunAsync(["ip", "netns", "delete", _namespace], null, default);
    }
}

/// <summary>What a process prints, read as it comes.</summary>
internal sealed class Captured
{
    private readonly System.Text.StringBuilder _text = new();

    public Captured(Process process)
    {
        process.OutputDataReceived += (_, line) =>
        {
            lock (_text) _text.AppendLine(line.Data);
        };
        process.BeginOutputReadLine();
    }

    public string Text
    {
        get
        {
            lock (_text) return _text.ToString();
        }
    }

    public Task UntilAsync(string text) => Eventually.TrueAsync(() => Task.FromResult(Text.Contains(text, StringComparison.Ordinal)));
}
