using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Tatara.Testing;

/// <summary>A real nats-server of the test's own on a free loopback port.</summary>
public sealed class NatsServer : IAsyncDisposable
{
    private readonly string? _user;
    private readonly string? _password;
    private Process? _process;

    private NatsServer(int port, string? user, string? password) => (Port, _user, _password) = (port, user, password);

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    public static async Task<NatsServer> StartAsync(string? user = null, string? password = null)
    {
        var server = new NatsServer(FreePort(), user, password);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it again on the same port after <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo("nats-server") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "-a", "127.0.0.1", "-p", Port.ToString() }) start.ArgumentList.Add(argument);
        if (_user is not null)
            foreach (var argument in new[] { "--user", _user, "--pass", _password! }) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var deadline = Stopwatch.StartNew();
        while (!await AnswersAsync())
        {
            if (deadline.Elapsed > TimeSpan.FromSeconds(10)) throw new TimeoutException("nats-server did not come up within 10 s.");
            await Task.Delay(10);
        }
    }

    public async Task KillAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
