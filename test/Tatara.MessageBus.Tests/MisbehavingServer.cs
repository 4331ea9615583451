using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tatara.MessageBus.Tests;

/// <summary>A server that does as each connection's script says; connections beyond the last script get that one.</summary>
internal sealed class MisbehavingServer : IAsyncDisposable
{
    public const string Info = """INFO {"server_id":"x","max_payload":1048576,"headers":true}""" + "\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Func<Peer, Task>[] _scripts;
    private readonly Task _accepting;
    private int _connections;

    public MisbehavingServer(params Func<Peer, Task>[] scripts)
    {
        _scripts = scripts;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Shakes hands, answers pings and reads until the client is gone.</summary>
    public static async Task BehaveAsync(Peer peer)
    {
        await peer.ShakeHandsAsync();
        while (await peer.ReadLineAsync() is { } line)
            if (line == "PING") await peer.SendAsync("PONG\r\n");
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_closing.Token);
            var script = _scripts[Math.Min(Interlocked.Increment(ref _connections), _scripts.Length) - 1];
            _ = RunAsync(client, script);
        }
    }

    private async Task RunAsync(TcpClient client, Func<Peer, Task> script)
    {
        using (client)
        {
            await script(new Peer(client.GetStream(), _closing.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A client, as the server sees it.</summary>
    internal sealed class Peer(NetworkStream stream, CancellationToken closing)
    {
        private readonly StreamReader _reader = new(stream, Encoding.ASCII);

        public Task SendAsync(string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text), closing).AsTask();

        public async Task<string?> ReadLineAsync() => await _reader.ReadLineAsync(closing);

        public async Task ShakeHandsAsync()
        {
            await SendAsync(Info);
            while (await ReadLineAsync() != "PING")
            {
            }
            await SendAsync("PONG\r\n");
        }

        /// <summary>The number of the next subscription.</summary>
        public async Task<string> ReadSubscriptionAsync()
        {
            while (true)
                if (await ReadLineAsync() is { } line && line.StartsWith("SUB ", StringComparison.Ordinal)) return line.Split(' ')[^1];
        }

        public Task HangAsync() => Task.Delay(Timeout.Infinite, closing);
    }
}
