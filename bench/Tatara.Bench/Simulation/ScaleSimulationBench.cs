using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Tatara.Bench.Routing;
using Tatara.CloudController.Tests.Support;
using Tatara.Testing;

namespace Tatara.Bench.Simulation;

/// <summary>
/// How far one Health Manager, one Cloud Controller and one router reach, from 1,000 to 250,000 containers, and what they do when a tenth of all
/// DEAs vanishes at once. The containers are simulated; the roles, their database and the bus are real.
/// </summary>
internal static class ScaleSimulationBench
{
    private const int Placed = 1000;
    private const int ListRequests = 500;
    private const int AppsPerPage = 50;

    private static readonly int[] Sizes = [1_000, 10_000, 50_000, 250_000];
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20), Watching = TimeSpan.FromSeconds(20), Patience = TimeSpan.FromMinutes(3);

    /// <summary>After the last start that was missing: one that comes twice would come soon.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(Report report)
    {
        foreach (var size in Sizes)
        {
            var cloud = new SimulatedCloud(size);
            Report.Say(string.Create(CultureInfo.InvariantCulture, $"{cloud.Instances:N0} instances of {cloud.Apps:N0} apps on {cloud.Deas:N0} DEAs:"));
            var figures = new Dictionary<string, double>(StringComparer.Ordinal);
            await MeasurePlatformAsync(cloud, figures);
            await MeasureRouterAsync(cloud, figures);
            foreach (var (name, figure) in figures)
            {
                if (size == Sizes[^1]) report.Add(name, [figure]);
                else Report.Say(string.Create(CultureInfo.InvariantCulture, $"  {name}: {figure:0.###}"));
            }
        }
    }

    private static async Task MeasurePlatformAsync(SimulatedCloud cloud, Dictionary<string, double> figures)
    {
        var directory = Directory.CreateTempSubdirectory("tatara-bench-simulation-");
        try
        {
            await using var nats = await NatsServer.StartAsync();
            await using var issuer = await TokenIssuer.StartAsync();
            await using var controller = await SimulatedRoles.StartCloudControllerAsync(nats.Address, directory.FullName, issuer.Url, cloud);
            await using var deas = await SimulatedDeas.StartAsync(nats.Address, cloud);
            await using var manager = await SimulatedRoles.StartHealthManagerAsync(nats.Address, controller);
            await Task.Delay(Settling);

            var (before, watch) = (manager.CpuSeconds(), Stopwatch.StartNew());
            await Task.Delay(Watching);
            figures["hm_cores"] = (manager.CpuSeconds() - before) / watch.Elapsed.TotalSeconds;
            figures["hm_rss_mb"] = manager.ResidentMegabytes();
            if (deas.StartCount + deas.Stops > 0) throw new InvalidOperationException($"All was well, and {deas.StartCount} starts and {deas.Stops} stops were ordered.");

            using var api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{controller.Port}") };
            api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("bearer", issuer.Admin());
            figures["apps_list_p99_ms"] = await ListAsync(api, cloud);
            figures["place_1000_s"] = await PlaceAsync(api, cloud, deas);
            figures["mass_loss_order_s"] = await LoseAsync(cloud, deas);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Pages of apps, one after the other, here and there.</summary>
    private static async Task<double> ListAsync(HttpClient api, SimulatedCloud cloud)
    {
        var samples = new List<double>();
        for (var i = 0; i < ListRequests; i++)
        {
            var page = 1 + i * 7 % Math.Max(1, cloud.Apps / AppsPerPage);
            var watch = Stopwatch.StartNew();
            (await api.GetStringAsync(new Uri($"/v3/apps?per_page={AppsPerPage}&page={page}", UriKind.Relative))).Contains("resources", StringComparison.Ordinal);
            samples.Add(watch.Elapsed.TotalMilliseconds);
        }
        samples.Sort();
        return samples[ListRequests * 99 / 100];
    }

    /// <summary>From `cf scale -i 1000` to the last of its starts at a DEA. DEAs that are few take as many as they have room for.</summary>
    private static async Task<double> PlaceAsync(HttpClient api, SimulatedCloud cloud, SimulatedDeas deas)
    {
        var wanted = Math.Min(Placed, cloud.Instances / 2);
        deas.Forget();
        var watch = Stopwatch.StartNew();
        using var answer = await api.PostAsJsonAsync(new Uri($"/v3/processes/{SimulatedCloud.AppGuid(cloud.Apps)}/actions/scale", UriKind.Relative), new { instances = wanted });
        answer.EnsureSuccessStatusCode();
        await UntilAsync(() => deas.StartCount >= wanted, () => $"{deas.StartCount} of {wanted} instances are placed");
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>From the moment a tenth of the DEAs falls silent to the last start of what they held, each ordered once.</summary>
    private static async Task<double> LoseAsync(SimulatedCloud cloud, SimulatedDeas deas)
    {
        await Task.Delay(Settling);
        deas.Forget();
        var begin = Stopwatch.GetTimestamp();
        var lost = deas.Vanish(Math.Max(1, cloud.Deas / 10));
        await UntilAsync(() => deas.StartCount >= lost.Count, () => $"{deas.StartCount} of {lost.Count} lost instances are ordered");
        await Task.Delay(Aftermath);
        var starts = deas.Starts;
        var needless = starts.Count(s => !lost.Contains((s.App, s.Index)));
        if (starts.Count != lost.Count || needless > 0)
            throw new InvalidOperationException($"{lost.Count} instances were lost, and {starts.Count} starts were ordered, {needless} of them of instances that ran.");
        Report.Say(string.Create(CultureInfo.InvariantCulture,
            $"  {lost.Count:N0} lost; the first start after {Stopwatch.GetElapsedTime(begin, starts.Min(s => s.At)).TotalSeconds:0.0} s; at most {starts.CountBy(s => s.Dea).Max(d => d.Value)} starts for one DEA"));
        return Stopwatch.GetElapsedTime(begin, starts.Max(s => s.At)).TotalSeconds;
    }

    /// <summary>What the table adds to the router's memory, and what it costs to hear all of it once more.</summary>
    private static async Task MeasureRouterAsync(SimulatedCloud cloud, Dictionary<string, double> figures)
    {
        var directory = Directory.CreateTempSubdirectory("tatara-bench-simulation-");
        try
        {
            var peers = new ProxyPeers(directory.FullName);
            peers.WriteCertificate();
            await using var backend = await peers.StartBackendAsync();
            await using var router = await RouterProcess.StartAsync(peers);
            var empty = router.Server.ResidentMegabytes();
            await RegisterAllAsync(router, cloud, backend.Port);
            figures["router_250k_mb"] = router.Server.ResidentMegabytes() - empty;
            var before = router.Server.CpuSeconds();
            await RegisterAllAsync(router, cloud, backend.Port);
            figures["router_reregister_cpu_s"] = router.Server.CpuSeconds() - before;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>As DEAs do it: a message an instance. Each is at an address of its own; the last one answers.</summary>
    private static async Task RegisterAllAsync(RouterProcess router, SimulatedCloud cloud, int backend)
    {
        const int firstPort = 1024, portsPerAddress = 60_000;
        for (var i = 0; i < cloud.Instances; i++)
        {
            var address = string.Create(CultureInfo.InvariantCulture, $"127.1.{i / portsPerAddress}.1");
            await router.RegisterAsync(i, address, firstPort + i % portsPerAddress);
        }
        var last = $"last-{Guid.NewGuid():N}.bench.test";
        await router.RegisterAsync([last], backend, "last");
        await RouterProbes.UntilServedAsync(router.Server.Port, last);
    }

    private static async Task UntilAsync(Func<bool> condition, Func<string> complaint)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > Patience) throw new InvalidOperationException($"After {Patience}, {complaint()}.");
            await Task.Delay(5);
        }
    }
}
