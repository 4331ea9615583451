using System.Diagnostics;
using System.Globalization;
using Tatara.Containers.Linux;

namespace Tatara.Containers.Tests.Networks;

/// <summary>Containers and the rest of the world, which here is another network namespace beyond this machine.</summary>
public sealed class OutsideTests(TestRuntime machine) : IClassFixture<TestRuntime>, IAsyncLifetime
{
    private readonly CommandRunner _commands = new(TimeSpan.FromSeconds(10));
    private readonly string _namespace = $"outside-{Environment.ProcessId}";
    private readonly string _link = $"out{Environment.ProcessId}";
    private readonly string _network = string.Create(CultureInfo.InvariantCulture, $"198.18.{Environment.ProcessId % 250}");
    private readonly List<Process> _started = [];

    private string Here => $"{_network}.1";

    private string There => $"{_network}.2";

    public async Task InitializeAsync()
    {
        await _commands.RunAsync(["ip", "-batch", "-"],
            $"netns add {_namespace}\nlink add {_link} type veth peer name eth0 netns {_namespace}\naddr add {Here}/30 dev {_link}\nlink set {_link} up\n", default);
        await _commands.RunAsync(["ip", "-netns", _namespace, "-batch", "-"],
            $"addr add {There}/30 dev eth0\nlink set lo up\nlink set eth0 up\nroute add default via {Here}\n", default);
    }

    public async Task DisposeAsync()
    {
        foreach (var process in _started)
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
        }
        await _commands.RunAsync(["ip", "link", "delete", _link], null, default);
        await _commands.RunAsync(["ip", "netns", "delete", _namespace], null, default);
    }

    [Fact]
    public async Task Container_DialsOutside_UnderTheMachinesAddress()
    {
        var server = Outside("perl", "-MIO::Socket::INET", "-e", "$s = IO::Socket::INET->new(Listen => 1, LocalPort => 9000); $c = $s->accept; print $c $c->peerhost");

        var (_, output) = await machine.RunAsync($"for i in $(seq 100); do nc -w 5 {There} 9000 && break; sleep 0.1; done");

        output.ShouldBe(Here);
        await server.WaitForExitAsync();
    }

    [Fact]
    public async Task Outside_DialsMappedPort_ReachesTheContainer()
    {
        var container = await machine.BashAsync("while true; do echo \"hello from $HOSTNAME\" | nc -N -l -p 8080; done", spec => spec with { Ports = [new PortMapping(61001, 8080)] });
        var answer = "";

        await Eventually.TrueAsync(async () => (answer = await DialAsync(machine.Options.HostAddress, 61001)).Length > 0);

        answer.ShouldContain(container.Handle);
        (await DialAsync(container.Address, 8080)).ShouldBeEmpty();
        await container.DestroyAsync(default);
    }

    private Process Outside(params string[] command)
    {
        var process = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", _namespace, .. command]) { RedirectStandardOutput = true })!;
        _started.Add(process);
        return process;
    }

    private async Task<string> DialAsync(string address, int port)
    {
        var process = Outside("timeout", "2", "bash", "-c", $"exec 3<>/dev/tcp/{address}/{port} && cat <&3");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            return await process.StandardOutput.ReadToEndAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return "";
        }
    }
}
