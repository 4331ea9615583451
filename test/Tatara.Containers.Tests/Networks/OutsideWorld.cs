using System.Diagnostics;
using System.Globalization;
using Tatara.Containers.Linux;

namespace Tatara.Containers.Tests.Networks;

/// <summary>A network namespace beyond this machine: what the internet is to containers.</summary>
internal sealed class OutsideWorld : IAsyncDisposable
{
    private static int s_count;

    private readonly CommandRunner _commands = new(TimeSpan.FromSeconds(10));
    private readonly string _namespace;
    private readonly string _link;
    private readonly List<Process> _started = [];

    private OutsideWorld(int number)
    {
        _namespace = $"outside-{Environment.ProcessId}-{number}";
        _link = $"out{Environment.ProcessId}-{number}";
        var network = string.Create(CultureInfo.InvariantCulture, $"198.18.{Environment.ProcessId % 250}");
        (Here, There, Elsewhere) = ($"{network}.{number * 8 + 1}", $"{network}.{number * 8 + 2}", $"{network}.{number * 8 + 3}");
    }

    /// <summary>This machine, as the world sees it.</summary>
    public string Here { get; }

    /// <summary>An address of the world.</summary>
    public string There { get; }

    /// <summary>Another one.</summary>
    public string Elsewhere { get; }

    public static async Task<OutsideWorld> StartAsync()
    {
        var world = new OutsideWorld(Interlocked.Increment(ref s_count) % 30);
        await world._commands.RunAsync(["ip", "-batch", "-"],
            $"netns add {world._namespace}\nlink add {world._link} type veth peer name eth0 netns {world._namespace}\naddr add {world.Here}/29 dev {world._link}\nlink set {world._link} up\n", default);
        await world._commands.RunAsync(["ip", "-netns", world._namespace, "-batch", "-"],
            $"addr add {world.There}/29 dev eth0\naddr add {world.Elsewhere}/29 dev eth0\nlink set lo up\nlink set eth0 up\nroute add default via {world.Here}\n", default);
        return world;
    }

    /// <summary>Answers each connection to a port with the caller's address, and to a datagram likewise.</summary>
    public void Serve(int port)
    {
        var script = $$"""
            use IO::Socket::INET; use IO::Select;
            my $tcp = IO::Socket::INET->new(Listen => 5, LocalPort => {{port}}, ReuseAddr => 1) or die;
            my $udp = IO::Socket::INET->new(Proto => "udp", LocalPort => {{port}}) or die;
            my $all = IO::Select->new($tcp, $udp);
            while (1) { for my $ready ($all->can_read) {
              if ($ready == $tcp) { my $c = $tcp->accept or next; print $c $c->peerhost . "\n"; close $c }
              else { $udp->recv(my $text, 100); $udp->send("heard $text") }
            } }
            """;
        Run("perl", "-e", script);
    }

    public Process Run(params string[] command)
    {
        var process = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", _namespace, .. command]) { RedirectStandardOutput = true })!;
        _started.Add(process);
        return process;
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
