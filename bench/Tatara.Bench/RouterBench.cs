using System.Globalization;
using Tatara.Bench.Routing;

namespace Tatara.Bench;

/// <summary>
/// The router beside nginx and haproxy, in front of the same back end and under the same load. They take turns in
/// rounds, so that a noisy machine disturbs all of them; what is compared is the CPU time that the kernel accounts to
/// each for a request.
/// </summary>
internal static class RouterBench
{
    private const int Rounds = 3;
    private const int Connections = 64;
    private const int LargeConnections = 16;
    private const int HugeConnections = 8;
    private const int ManyRoutes = 100_000;
    /// <summary>As instances do; else the route is dropped before the bench is through.</summary>
    private static readonly TimeSpan RegisterInterval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(Report report)
    {
        var directory = Directory.CreateTempSubdirectory("tatara-bench-router-");
        try
        {
            var peers = new ProxyPeers(directory.FullName);
            peers.WriteCertificate();
            var nginxTls = Tatara.Testing.NatsServer.FreePort();
            await using var backend = await peers.StartBackendAsync();
            await using var nginx = await peers.StartNginxAsync(backend.Port, nginxTls);
            await using var haproxy = await peers.StartHaproxyAsync(backend.Port);
            await using var router = await RouterProcess.StartAsync(peers);
            using var registering = new Timer(_ => _ = router.RegisterAsync([ProxyPeers.Host], backend.Port, "instance-0").AsTask(), null, TimeSpan.Zero, RegisterInterval);
            await RouterProbes.UntilServedAsync(router.Server.Port, ProxyPeers.Host);
            Proxy[] all = [Plain(nginx), Plain(haproxy), Plain(router.Server)];
            Proxy[] two = [Plain(nginx), Plain(router.Server)];
            Proxy[] tls = [new(nginx, new Uri($"https://127.0.0.1:{nginxTls}")), new(router.Server, new Uri($"https://127.0.0.1:{router.TlsPort}"))];

            var small = await CompareAsync("small bodies", all, "/small", Connections);
            Add(report, "cpu_over_nginx_small", small, "nginx");
            Add(report, "cpu_over_haproxy_small", small, "haproxy");
            report.Add("p99_over_nginx_small", Ratios(small, "nginx", t => t.Load.P99Microseconds));
            Add(report, "cpu_over_nginx_100k", await CompareAsync("bodies of 100 KB", two, "/100k", LargeConnections), "nginx");
            Add(report, "cpu_over_nginx_10m", await CompareAsync("bodies of 10 MB", two, "/10m", HugeConnections), "nginx");
            Add(report, "cpu_over_nginx_close", await CompareAsync("a connection for each request", two, "/small", Connections, "Connection: close"), "nginx");
            Add(report, "cpu_over_nginx_tls", await CompareAsync("TLS", tls, "/small", Connections), "nginx");
            report.Add("idle_10k_mb", [await RouterProbes.IdleMegabytesAsync(router.Server)]);
            var (sockets, megabytes) = await RouterProbes.WebSocketsAsync(router);
            report.Add("websockets", [sockets]);
            report.Add("websockets_mb", [megabytes]);
            report.Add("route_live_ms", await RouterProbes.RouteLiveAsync(router, backend.Port));
            report.Add("changes_per_s_without_error", [await RouterProbes.ChurnAsync(router, backend.Port, new Uri($"http://127.0.0.1:{router.Server.Port}/small"))]);
            await RouterProbes.RegisterManyAsync(router, backend.Port, ManyRoutes);
            Add(report, "cpu_over_nginx_100k_routes", await CompareAsync("100,000 routes", two, "/small", Connections), "nginx");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static Proxy Plain(ServerProcess server) => new(server, new Uri($"http://127.0.0.1:{server.Port}"));

    private static void Add(Report report, string name, Dictionary<string, List<Turned>> turns, string peer) =>
        report.Add(name, Ratios(turns, peer, t => t.CpuPer100k));

    /// <summary>The router's figure over the peer's, round by round.</summary>
    private static double[] Ratios(Dictionary<string, List<Turned>> turns, string peer, Func<Turned, double> figure) =>
        [.. turns["tatara"].Zip(turns[peer], (own, other) => figure(own) / figure(other))];

    private static async Task<Dictionary<string, List<Turned>>> CompareAsync(string what, Proxy[] proxies, string path, int connections, params string[] fields)
    {
        Report.Say($"{what}:");
        var turns = proxies.ToDictionary(p => p.Server.Name, _ => new List<Turned>());
        foreach (var proxy in proxies) await Wrk.RunAsync(new Uri(proxy.Url, path), ProxyPeers.Host, connections, WarmUp, fields);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var proxy in proxies)
            {
                var before = proxy.Server.CpuSeconds();
                var load = await Wrk.RunAsync(new Uri(proxy.Url, path), ProxyPeers.Host, connections, Turn, fields);
                var turn = new Turned(load, (proxy.Server.CpuSeconds() - before) / load.Requests * 100_000);
                turns[proxy.Server.Name].Add(turn);
            }
        }
        foreach (var proxy in proxies) Print(proxy.Server, turns[proxy.Server.Name]);
        return turns;
    }

    private static void Print(ServerProcess server, List<Turned> turns)
    {
        double Median(Func<Turned, double> figure) => Report.Median([.. turns.Select(figure)]);
        Report.Say(string.Create(CultureInfo.InvariantCulture,
            $"  {server.Name,-8} {Median(t => t.Load.RequestsPerSecond),9:0} requests/s   p50 {Median(t => t.Load.P50Microseconds),7:0} us   p99 {Median(t => t.Load.P99Microseconds),7:0} us   {Median(t => t.CpuPer100k),7:0.00} CPU s/100k   {server.ResidentMegabytes(),5:0} MB"));
    }

    private sealed record Proxy(ServerProcess Server, Uri Url);

    private sealed record Turned(Load Load, double CpuPer100k);
}
