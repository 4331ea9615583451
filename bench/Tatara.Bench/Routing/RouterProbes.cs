using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tatara.Testing;

namespace Tatara.Bench.Routing;

/// <summary>What is not a rate: memory of many connections, and how soon a route serves.</summary>
internal static class RouterProbes
{
    private const int ManyConnections = 10_000;

    /// <summary>Loopback addresses have 28,000 ports each to connect from, and closed ones rest for a minute.</summary>
    private const int ConnectionsPerAddress = 5_000;
    private const int RouteSamples = 50;
    private const int UrisPerMessage = 500;
    private const int WebSocketEndpoints = 40;
    private const int SpareDescriptors = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks over one connection until the route is there.</summary>
    public static async Task UntilServedAsync(int port, string host)
    {
        using var client = await ConnectAsync(port, 0);
        var watch = Stopwatch.StartNew();
        while (!(await AskAsync(client, host)).Contains(" 200 ", StringComparison.Ordinal))
            if (watch.Elapsed > Patience) throw new InvalidOperationException($"The router does not serve {host}.");
    }

    /// <summary>The router's memory while 10,000 clients have asked once and say nothing more.</summary>
    public static async Task<double> IdleMegabytesAsync(ServerProcess router)
    {
        var clients = new List<Socket>(ManyConnections);
        try
        {
            for (var i = 0; i < ManyConnections; i++) clients.Add(await ConnectAsync(router.Port, i));
            foreach (var client in clients) await AskAsync(client, ProxyPeers.Host);
            return router.ResidentMegabytes();
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }
    }

    /// <summary>How many WebSockets were open, up to 10,000, each of which has carried a message both ways, and the router's memory then.</summary>
    public static async Task<(int Count, double Megabytes)> WebSocketsAsync(RouterProcess router)
    {
        var ports = Enumerable.Range(0, WebSocketEndpoints).Select(_ => NatsServer.FreePort()).ToArray();
        string[] arguments = [EchoingApp.Role, .. ports.Select(p => p.ToString(CultureInfo.InvariantCulture))];
        await using var app = await ServerProcess.StartAsync("app", ports[^1], Environment.ProcessPath!, arguments);
        const string host = "sockets.bench.test";
        for (var i = 0; i < ports.Length; i++) await router.RegisterAsync([host], ports[i], $"socket-{i}");
        // Each takes two of the router's descriptors.
        var count = Math.Min(ManyConnections, (OpenFilesLimit() - SpareDescriptors) / 2);
        var clients = new List<Socket>(count);
        try
        {
            for (var i = 0; i < count; i++)
            {
                clients.Add(await ConnectAsync(router.Server.Port, i));
                var answer = await SendAsync(clients[i], $"GET /ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
                if (!answer.Contains(" 101 ", StringComparison.Ordinal)) throw new InvalidOperationException($"WebSocket {i} was not opened: {answer}");
            }
            foreach (var client in clients)
                if (await SendAsync(client, "ping") != "ping") throw new InvalidOperationException("A WebSocket lost its message.");
            return (count, router.Server.ResidentMegabytes());
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }
    }

    /// <summary>Milliseconds from a registration on the bus to the first answer of its route.</summary>
    public static async Task<List<double>> RouteLiveAsync(RouterProcess router, int backend)
    {
        using var client = await ConnectAsync(router.Server.Port, 0);
        var samples = new List<double>(RouteSamples);
        for (var i = 0; i < RouteSamples; i++)
        {
            var host = $"live-{i}.bench.test";
            await AskAsync(client, host);
            var watch = Stopwatch.StartNew();
            await router.RegisterAsync([host], backend, "instance-0");
            while (!(await AskAsync(client, host)).Contains(" 200 ", StringComparison.Ordinal))
                if (watch.Elapsed > Patience) throw new InvalidOperationException($"The route {host} does not come to life.");
            samples.Add(watch.Elapsed.TotalMilliseconds);
        }
        return samples;
    }

    /// <summary>Route changes a second under a load that may see no error.</summary>
    public static async Task<double> ChurnAsync(RouterProcess router, int backend, Uri url)
    {
        const int changesPerSecond = 1_000;
        var load = Wrk.RunAsync(url, ProxyPeers.Host, 16, TimeSpan.FromSeconds(3));
        var watch = Stopwatch.StartNew();
        var changes = 0;
        while (!load.IsCompleted)
        {
            string[] host = [$"churn-{changes / 2 % 100}.bench.test"];
            if (changes % 2 == 0) await router.RegisterAsync(host, backend, "instance-0");
            else await router.UnregisterAsync(host, backend, "instance-0");
            changes++;
            while (changes > watch.Elapsed.TotalSeconds * changesPerSecond && !load.IsCompleted) await Task.Delay(1);
        }
        await load;
        return changes / watch.Elapsed.TotalSeconds;
    }

    public static async Task RegisterManyAsync(RouterProcess router, int backend, int count)
    {
        for (var i = 0; i < count; i += UrisPerMessage)
            await router.RegisterAsync([.. Enumerable.Range(i, UrisPerMessage).Select(n => $"app-{n}.bench.test")], backend, "instance-0");
        await UntilServedAsync(router.Server.Port, $"app-{count - 1}.bench.test");
    }

    private static int OpenFilesLimit()
    {
        var line = File.ReadLines("/proc/self/limits").First(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture);
    }

    private static async Task<Socket> ConnectAsync(int port, int index)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(2 + index / ConnectionsPerAddress)]), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }

    private static Task<string> AskAsync(Socket socket, string host) => SendAsync(socket, $"GET /small HTTP/1.1\r\nHost: {host}\r\n\r\n");

    /// <summary>Answers this small come in one piece.</summary>
    private static async Task<string> SendAsync(Socket socket, string text)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(text));
        var answer = new byte[4096];
        var length = await socket.ReceiveAsync(answer).WaitAsync(Patience);
        return Encoding.ASCII.GetString(answer, 0, length);
    }
}
