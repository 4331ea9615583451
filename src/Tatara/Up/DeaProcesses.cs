using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Tatara.Commands;
using Tatara.Configuration;

namespace Tatara.Up;

/// <summary>
/// Several DEAs on one machine, each a process of its own, as if it were a host of its own. One that dies stays dead,
/// as a host would: the Health Manager moves its instances. One that is still running from before is left running.
/// </summary>
internal sealed partial class DeaProcesses : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(8);

    private readonly PlatformOptions _options;

    private DeaProcesses(PlatformOptions options) => _options = options;

    public static string LockFile(PlatformOptions options, string name) => Path.Combine(options.DeaDirectory(name), "dea.lock");

    public static DeaProcesses Start(PlatformOptions options, ILogger logger)
    {
        foreach (var index in Enumerable.Range(0, options.Deas))
        {
            var name = PlatformOptions.DeaName(index);
            if (RunningPid(options, name) is { } pid)
            {
                logger.LogInformation("{Dea} is running already as process {Pid}", name, pid);
                continue;
            }
            var start = new ProcessStartInfo(Environment.ProcessPath!);
            foreach (var argument in (string[])["run", "dea", "--index", index.ToString(CultureInfo.InvariantCulture), .. CommonOptions.ToArguments(options)])
                start.ArgumentList.Add(argument);
            var process = Process.Start(start)!;
            process.EnableRaisingEvents = true;
            process.Exited += (_, _) => logger.Log(
                process.ExitCode == 0 ? LogLevel.Information : LogLevel.Warning,
                "{Dea} (process {Pid}) ended with status {Status}; what it still held moves to the other DEAs. `tatara run dea --index {Index}` brings it back", name, process.Id, process.ExitCode, index);
            logger.LogInformation("{Dea} runs as process {Pid}", name, process.Id);
        }
        return new DeaProcesses(options);
    }

    public async ValueTask DisposeAsync()
    {
        var running = Enumerable.Range(0, _options.Deas)
            .Select(index => RunningPid(_options, PlatformOptions.DeaName(index))).OfType<int>().ToList();
        foreach (var pid in running) _ = SendSignal(pid, Sigterm);
        var watch = Stopwatch.StartNew();
        while (running.Any(pid => Directory.Exists($"/proc/{pid}")) && watch.Elapsed < StopPatience) await Task.Delay(20);
    }

    private static int? RunningPid(PlatformOptions options, string name) => PlatformLock.Holder(LockFile(options, name));

    private const int Sigterm = 15;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
