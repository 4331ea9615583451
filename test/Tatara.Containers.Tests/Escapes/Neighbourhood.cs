using System.Net.Sockets;
using System.Text;

namespace Tatara.Containers.Tests.Escapes;

/// <summary>A runtime with a container that only answers. Hostile code runs beside it, and must not be felt there.</summary>
public sealed class Neighbourhood : IAsyncLifetime
{
    /// <summary>In the neighbour's environment, files and memory, and nowhere else.</summary>
    internal const string Secret = "correct-horse-battery-staple";

    private const int Port = 61950;

    private const string Server = """
        use IO::Socket::INET; use IO::Socket::UNIX;
        open my $file, '>', '/home/vcap/secret'; print $file $ENV{SECRET}; close $file;
        open $file, '>', '/dev/shm/secret'; print $file $ENV{SECRET}; close $file;
        my $hidden = IO::Socket::UNIX->new(Local => "\0hidden", Listen => 1) or die;
        my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 20, ReuseAddr => 1) or die;
        while (1) { my $client = $server->accept or next; print $client "alive"; close $client; }
        """;

    private IContainer _neighbour = null!;

    internal TestRuntime Machine { get; } = new();

    internal IContainer Neighbour => _neighbour;

    /// <summary>Its first process, as the machine counts.</summary>
    internal int NeighbourPid => Machine.Runtime.Cgroups.Processes(_neighbour.Handle)[0];

    public async Task InitializeAsync()
    {
        await Machine.InitializeAsync();
        _neighbour = await Machine.BashAsync("", spec => spec with
        {
            Command = ["/usr/bin/perl", "-e", Server],
            Environment = [.. spec.Environment, $"SECRET={Secret}"],
            Ports = [new PortMapping(Port, 8080)],
        });
        await Eventually.TrueAsync(AnswersAsync);
    }

    public async Task DisposeAsync()
    {
        await _neighbour.DestroyAsync(default);
        await Machine.DisposeAsync();
    }

    /// <summary>The neighbour answers, and a container can be made, run and removed.</summary>
    internal async Task ShouldBeUnharmedAsync()
    {
        (await AnswersAsync()).ShouldBeTrue("the neighbour does not answer");
        var (exit, output) = await Machine.RunAsync("echo works");
        (exit.ExitCode, output).ShouldBe((0, "works"));
    }

    /// <summary>Runs a Perl program to its end in a container of its own and says what it wrote.</summary>
    internal Task<(ContainerExit Exit, string Output)> PerlAsync(string program, Func<ContainerSpec, ContainerSpec>? change = null) =>
        Machine.RunAsync("", spec => (change ?? (same => same))(spec with { Command = ["/usr/bin/perl", "-e", "$| = 1; " + program] }));

    private async Task<bool> AnswersAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(Machine.Options.HostAddress, Port, limit.Token);
            var answer = new byte[5];
            await client.GetStream().ReadExactlyAsync(answer, limit.Token);
            return Encoding.ASCII.GetString(answer) == "alive";
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
