using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Tatara.Router.Tests.Tls;

namespace Tatara.Router.Tests.Acme;

/// <summary>Let's Encrypt's test authority, as Debian packages it, with a name server that finds every name on this machine.</summary>
internal sealed class Pebble : IAsyncDisposable
{
    public const string RefusedName = "refused.example.test";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("tatara-pebble-").FullName;
    private readonly List<Process> _processes = [];
    private readonly int _port = FreePort();
    private readonly int _management = FreePort();

    /// <summary>Where it looks for proofs.</summary>
    public int HttpPort { get; } = FreePort();

    public Uri Address => new($"https://localhost:{_port}/dir");

    /// <summary>What its own address is trusted by.</summary>
    public string AuthorityFile => Path.Combine(_folder, "authority.pem");

    public static async Task<Pebble> StartAsync()
    {
        var pebble = new Pebble();
        using (var authority = new TestAuthority())
        using (var certificate = authority.Sign("CN=pebble", "1.3.6.1.5.5.7.3.1", null, "localhost"))
        {
            File.WriteAllText(pebble.AuthorityFile, authority.Pem);
            File.WriteAllText(Path.Combine(pebble._folder, "cert.pem"), certificate.ExportCertificatePem());
            File.WriteAllText(Path.Combine(pebble._folder, "key.pem"), TestAuthority.KeyOf(certificate));
        }
        var config = Path.Combine(pebble._folder, "pebble.json");
        File.WriteAllText(config, JsonSerializer.Serialize(new
        {
            pebble = new
            {
                listenAddress = $"127.0.0.1:{pebble._port}", managementListenAddress = $"127.0.0.1:{pebble._management}",
                certificate = Path.Combine(pebble._folder, "cert.pem"), privateKey = Path.Combine(pebble._folder, "key.pem"),
                httpPort = pebble.HttpPort, tlsPort = FreePort(), ocspResponderURL = "", externalAccountBindingRequired = false, domainBlocklist = new[] { RefusedName },
            },
        }));
        var names = FreePort();
        pebble.Run("pebble-challtestsrv", ["-defaultIPv6", "", "-defaultIPv4", "127.0.0.1", "-dns01", $"127.0.0.1:{names}", "-http01", "", "-https01", "", "-tlsalpn01", "", "-management", $"127.0.0.1:{FreePort()}"]);
        pebble.Run("pebble", ["-strict", "-config", config, "-dnsserver", $"127.0.0.1:{names}"]);
        await pebble.ReadyAsync();
        return pebble;
    }

    public ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private void Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PEBBLE_VA_NOSLEEP"] = "1";
        start.Environment["PEBBLE_WFE_NONCEREJECT"] = "30";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
    }

    private async Task ReadyAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, _port, patience.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, patience.Token);
            }
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
