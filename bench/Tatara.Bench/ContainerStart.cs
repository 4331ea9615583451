using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.Containers;

namespace Tatara.Bench;

/// <summary>A container that does nothing, from order to exit, against `runc run` of the very same bundle, in alternating rounds.</summary>
internal static class ContainerStart
{
    private const int Rounds = 15;
    private const string Stack = "/var/lib/tatara/stacks/bookworm";

    public static async Task MeasureAsync(Report report)
    {
        var data = Directory.CreateTempSubdirectory("tatara-bench-containers-").FullName;
        var runtime = ContainerRuntime.Create(new ContainerRuntimeOptions { DataDirectory = data, Subnet = "10.238.0.0/20", HostAddress = "10.238.255.1" }, NullLoggerFactory.Instance);
        await runtime.InitializeAsync(CancellationToken.None);
        var ours = new List<double>();
        var bare = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            var container = await runtime.CreateAsync(Spec($"bench-{round}"), CancellationToken.None);
            await container.WaitAsync(CancellationToken.None);
            ours.Add(watch.Elapsed.TotalMilliseconds);
            bare.Add(await RuncAsync(container.Handle, data));
            await container.DestroyAsync(CancellationToken.None);
        }
        report.Add("container_start_ms", ours);
        report.Add("runc_run_ms", bare);
        report.Add("start_over_runc_ms", [Report.Median(ours) - Report.Median(bare)]);
    }

    private static ContainerSpec Spec(string handle) => new()
    {
        Handle = handle,
        RootFileSystem = Stack,
        Command = ["/bin/true"],
        Environment = ["PATH=/usr/bin:/bin"],
        WorkingDirectory = "/",
        Limits = new ContainerLimits(64 << 20, 64 << 20, 1024, 64, 1024),
    };

    /// <summary>The bundle the container was made from, run once more by runc alone.</summary>
    private static async Task<double> RuncAsync(string handle, string data)
    {
        var bundle = Path.GetDirectoryName(Directory.EnumerateFiles(data, "config.json", SearchOption.AllDirectories).First(f => f.Contains(handle, StringComparison.Ordinal)))!;
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo("runc", ["run", "--bundle", bundle, handle + "-bare"]) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"runc run failed: {errors}");
        return watch.Elapsed.TotalMilliseconds;
    }
}
