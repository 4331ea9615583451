using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Tatara.Bench.Routing;

namespace Tatara.Bench;

/// <summary>
/// Ten minutes of requests while endpoints come and go as in a rolling restart: registered when they answer, taken out
/// before they end. Not one request may fail, and memory must not grow for ever.
/// </summary>
internal static class SoakBench
{
    private const int Clients = 16;
    private const string Host = "soak.bench.test";
    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(10);

    /// <summary>What a rolling restart leaves an instance that no longer gets new requests.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(Report report)
    {
        var directory = Directory.CreateTempSubdirectory("tatara-bench-soak-");
        try
        {
            var peers = new ProxyPeers(directory.FullName);
            peers.WriteCertificate();
            await using var router = await RouterProcess.StartAsync(peers);
            await using var steady = SoakEndpoint.Start();
            await router.RegisterAsync([Host], steady.Port, "steady");
            using var registering = new Timer(_ => _ = router.RegisterAsync([Host], steady.Port, "steady").AsTask(), null, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20));
            await RouterProbes.UntilServedAsync(router.Server.Port, Host);
            using var stop = new CancellationTokenSource(Duration);
            var clients = Enumerable.Range(0, Clients).Select(i => Task.Run(() => RequestAsync(router.Server.Port, closes: i % 4 == 0, stop.Token))).ToList();
            var before = router.Server.ResidentMegabytes();
            var changes = await ChurnAsync(router, stop.Token);
            var counts = await Task.WhenAll(clients);
            report.Add("requests", [counts.Sum(c => c.Requests)]);
            report.Add("failed", [counts.Sum(c => c.Failed)]);
            report.Add("endpoints_come_and_gone", [changes]);
            report.Add("rss_growth_mb", [router.Server.ResidentMegabytes() - before]);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<int> ChurnAsync(RouterProcess router, CancellationToken stop)
    {
        var changes = 0;
        for (; !stop.IsCancellationRequested; changes++)
        {
            await using var endpoint = SoakEndpoint.Start();
            var id = string.Create(CultureInfo.InvariantCulture, $"instance-{changes}");
            await router.RegisterAsync([Host], endpoint.Port, id);
            await Task.Delay(Grace, CancellationToken.None);
            await router.UnregisterAsync([Host], endpoint.Port, id);
            await Task.Delay(Grace, CancellationToken.None);
        }
        return changes;
    }

    private static async Task<(long Requests, long Failed)> RequestAsync(int port, bool closes, CancellationToken stop)
    {
        var request = Encoding.ASCII.GetBytes($"GET /small HTTP/1.1\r\nHost: {Host}\r\n{(closes ? "Connection: close\r\n" : "")}\r\n");
        var answer = new byte[4096];
        long requests = 0, failed = 0;
        Socket? socket = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (socket is null)
                {
                    socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                    await socket.ConnectAsync("127.0.0.1", port, CancellationToken.None);
                }
                await socket.SendAsync(request);
                var length = await socket.ReceiveAsync(answer);
                requests++;
                if (!Encoding.ASCII.GetString(answer, 0, length).StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) failed++;
                // A gentle pace: ten minutes of it need ports for the connections that are closed.
                await Task.Delay(5, CancellationToken.None);
            }
            catch (SocketException)
            {
                failed++;
                closes = true;
            }
            if (!closes) continue;
            socket?.Dispose();
            socket = null;
        }
        socket?.Dispose();
        return (requests, failed);
    }
}
