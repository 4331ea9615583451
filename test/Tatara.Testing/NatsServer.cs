using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tatara.Testing;

/// <summary>A real nats-server of the test's own on a free loopback port.</summary>
public sealed class NatsServer : IAsyncDisposable
{
    private const int MaxPortTries = 10;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    private readonly string _name = "test-" + Guid.NewGuid().ToString("N");
    private readonly string[] _arguments;
    private readonly string? _configFile;
    private Process? _process;

    private NatsServer(string? config, params string[] arguments)
    {
        _arguments = arguments;
        if (config is null) return;
        _configFile = Path.GetTempFileName();
        File.WriteAllText(_configFile, config);
    }

    public int Port { get; private set; }

    public string Address => $"127.0.0.1:{Port}";

    public static Task<NatsServer> StartAsync(string? user = null, string? password = null) =>
        StartAsync(user is null ? new NatsServer(null) : new NatsServer(null, "--user", user, "--pass", password!));

    /// <summary>With a configuration file, for what has no flag: permissions, limits.</summary>
    public static Task<NatsServer> StartWithConfigAsync(string config) => StartAsync(new NatsServer(config));

    /// <summary>Starts it again on the same port after <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        if (!await TryStartAsync()) throw new InvalidOperationException($"nats-server did not come up on port {Port}.");
    }

    public async Task KillAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_configFile is not null) File.Delete(_configFile);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Another process may take the port between the asking and the binding; then another port will do.</summary>
    private static async Task<NatsServer> StartAsync(NatsServer server)
    {
        for (var tries = 0; tries < MaxPortTries; tries++)
        {
            server.Port = FreePort();
            if (await server.TryStartAsync()) return server;
        }
        await server.DisposeAsync();
        throw new InvalidOperationException("nats-server does not come up.");
    }

    private async Task<bool> TryStartAsync()
    {
        string[] config = _configFile is null ? [] : ["-c", _configFile];
        var start = new ProcessStartInfo("nats-server", ["-a", "127.0.0.1", "-p", Port.ToString(), "-n", _name, .. config, .. _arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var clock = Stopwatch.StartNew();
        while (!_process.HasExited && clock.Elapsed < StartPatience)
        {
            if (await GreetsAsync()) return true;
            await Task.Delay(10);
        }
        await KillAsync();
        return false;
    }

    /// <summary>Whether it is this server that answers on the port, and not one of a test that runs at the same time.</summary>
    private async Task<bool> GreetsAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            var greeting = new byte[4096];
            var length = await client.GetStream().ReadAsync(greeting);
            return Encoding.UTF8.GetString(greeting, 0, length).Contains(_name, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
