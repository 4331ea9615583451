using System.Diagnostics;
using System.Globalization;
using Tatara.Testing;

namespace Tatara.Bench;

/// <summary>
/// A container's start over bare runc; one to fifty instances of a static app, all answering, and their end; and a machine with 250
/// idle instances: how fast the API answers, and what each container costs beyond the app's own processes.
/// </summary>
internal static class ContainersBench
{
    private const int Rounds = 3;
    private const int Many = 50, Crowd = 250;
    private const int ApiRequests = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5), Settling = TimeSpan.FromSeconds(20), Step = TimeSpan.FromMilliseconds(20);

    public static async Task RunAsync(Report report)
    {
        await ContainerStart.MeasureAsync(report);
        await using var platform = await Platform.StartAsync("bench", 9, "--memory-overcommit", "2");
        using var cf = await Cf.LoggedInAsync(platform, "bench");
        await ScaleAsync(report, platform, cf);
        await CrowdAsync(report, platform, cf);
    }

    private static async Task ScaleAsync(Report report, Platform platform, Cf cf)
    {
        using var http = platform.CreateClient();
        (await cf.RunAsync("push", "page", "-p", Path.Combine(Platform.Root, "samples", "static"), "-m", "32M", "-k", "32M")).Succeeded();
        var guid = (await cf.RunAsync("app", "page", "--guid")).Succeeded().Trim();
        var (starts, stops) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            (await cf.RunAsync("scale", "page", "-i", $"{Many}")).Succeeded();
            for (var index = 0; index < Many;)
            {
                if (await AppInstance.AnswersAsync(http, platform, "page", guid, index)) index++;
                else Expect(watch.Elapsed < Patience, $"instance {index} of {Many} does not answer");
            }
            starts.Add(watch.Elapsed.TotalSeconds);
            watch.Restart();
            (await cf.RunAsync("stop", "page")).Succeeded();
            while (Containers(platform) > 0)
            {
                Expect(watch.Elapsed < Patience, "containers stay after the stop");
                await Task.Delay(Step);
            }
            stops.Add(watch.Elapsed.TotalSeconds);
            (await cf.RunAsync("scale", "page", "-i", "1")).Succeeded();
            (await cf.RunAsync("start", "page")).Succeeded();
        }
        report.Add($"scale_1_to_{Many}_s", starts);
        report.Add($"stop_{Many}_s", stops);
        (await cf.RunAsync("delete", "page", "-f", "-r")).Succeeded();
    }

    private static async Task CrowdAsync(Report report, Platform platform, Cf cf)
    {
        using var app = new SmallFiles(1, seed: 1);
        (await cf.RunAsync("push", "idle", "-p", app.Directory, "-b", "binary_buildpack", "-m", "32M", "-k", "32M", "-u", "process", "-c", "exec sleep infinity")).Succeeded();
        var api = await ApiClient.LogInAsync(platform, cf);
        using var _ = api;
        report.Add("api_p99_ms_at_1", [await P99Async(api)]);
        await Task.Delay(Settling);
        var (free, apps) = (AvailableMegabytes(), AppMegabytes(platform));
        var watch = Stopwatch.StartNew();
        (await cf.RunAsync("scale", "idle", "-i", $"{Crowd}")).Succeeded();
        while (await api.RunningAsync("idle") < Crowd)
        {
            Expect(watch.Elapsed < Patience, $"fewer than {Crowd} instances run");
            await Task.Delay(Step * 10);
        }
        report.Add($"scale_1_to_{Crowd}_s", [watch.Elapsed.TotalSeconds]);
        await Task.Delay(Settling);
        report.Add("container_overhead_mb", [(free - AvailableMegabytes() - (AppMegabytes(platform) - apps)) / (Crowd - 1)]);
        report.Add($"api_p99_ms_at_{Crowd}", [await P99Async(api)]);
        (await cf.RunAsync("delete", "idle", "-f", "-r")).Succeeded();
    }

    /// <summary>Requests one after the other, of what `cf apps` and `cf app` ask for.</summary>
    private static async Task<double> P99Async(ApiClient api)
    {
        var samples = new List<double>();
        for (var i = 0; i < ApiRequests; i++)
        {
            var watch = Stopwatch.StartNew();
            await api.GetAsync(i % 2 == 0 ? "/v3/apps?per_page=50" : "/v3/processes?per_page=50");
            samples.Add(watch.Elapsed.TotalMilliseconds);
        }
        samples.Sort();
        return samples[ApiRequests * 99 / 100];
    }

    /// <summary>Those of which anything is left: a container's own directory goes last, after its processes, disk and network.</summary>
    private static int Containers(Platform platform) => Directory.GetDirectories(Path.Combine(platform.Data, "dea-0", "containers", "containers")).Length;

    /// <summary>The apps' own processes: those below a container's init, which belongs to the container.</summary>
    private static double AppMegabytes(Platform platform)
    {
        var monitors = Processes(platform).Where(p => p.Program == "conmon").Select(p => p.Pid).ToHashSet();
        var parents = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out var _)).Select(n => int.Parse(n!, CultureInfo.InvariantCulture))
            .Select(pid => (Pid: pid, Parent: ParentOf(pid))).Where(p => p.Parent > 0).ToList();
        var inits = parents.Where(p => monitors.Contains(p.Parent)).Select(p => p.Pid).ToHashSet();
        return parents.Where(p => inits.Contains(p.Parent)).Sum(p => Proc.Megabytes(Proc.Read(p.Pid, "smaps_rollup"), "Pss:"));
    }

    private static IEnumerable<(int Pid, string Program)> Processes(Platform platform)
    {
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid) || Proc.Read(pid, "cmdline") is not { Length: > 0 } text) continue;
            var command = text.Split('\0');
            if (command.Any(argument => argument.Contains(platform.Data, StringComparison.Ordinal))) yield return (pid, Path.GetFileName(command[0]));
        }
    }

    private static int ParentOf(int pid) =>
        Proc.Read(pid, "stat") is { } stat ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) : 0;

    private static double AvailableMegabytes() => Proc.Megabytes(File.ReadAllText("/proc/meminfo"), "MemAvailable:");

    private static void Expect(bool condition, string complaint)
    {
        if (!condition) throw new InvalidOperationException($"After {Patience}, {complaint}.");
    }
}
