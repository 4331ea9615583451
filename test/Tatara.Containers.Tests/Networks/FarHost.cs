using System.Diagnostics;
using System.Globalization;
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

    public string Inside(int number) => string.Create(CultureInfo.InvariantCulture, $"{Peer.Subnet.BaseAddress.ToString()[..^1]}{number}");

    /// <param name="near">This machine's address, the same for all far hosts.</param>
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

    /// <summary>Counts what comes to a port of a container, and says of each datagram who sent it and how long it was.</summary>
    public Process Run(params string[] command)
    {
        var process = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", _namespace, .. command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _started.Add(process);
        return process;
    }

    public async Task<string> SayAsync(params string[] command)
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
