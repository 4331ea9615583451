using System.Text;
using System.Text.Json;
using Tatara.Containers.Cgroups;
using Tatara.Containers.Linux;

namespace Tatara.Containers.Processes;

/// <summary>
/// Starts conmon, which creates the container with runc and stays with it: it writes the log and the exit code,
/// whether or not the process that started it is still there.
/// </summary>
internal sealed class Monitor(ContainerRuntimeOptions options, MachineTools tools, CgroupTree cgroups)
{
    private const int ReportLimit = 64 << 10;
    private static readonly TimeSpan CreateTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Returns when the container is created, its program not yet started.</summary>
    public async Task CreateAsync(string handle, ContainerPaths paths)
    {
        // 1. Descriptor 3: conmon reports what became of `runc create`. Descriptor 4: it waits for a byte before it does anything.
        var (reportRead, reportWrite) = Spawn.Pipe();
        var (startRead, startWrite) = Spawn.Pipe();
        using var report = new FileStream(reportRead, FileAccess.Read, bufferSize: 1);
        int pid;
        using (reportWrite)
        using (startRead)
            pid = Spawn.Start(Command(handle, paths), Environment(), paths.Bundle, paths.MonitorErrors, [reportWrite, startRead]);

        // 2. Out of this process's cgroup, which may be killed as a whole when the platform is stopped.
        using (startWrite)
        {
            cgroups.AddMonitor(pid);
            Spawn.Notify(startWrite);
        }

        // 3. The process started is only a parent that leaves at once.
        await Task.Run(() => Spawn.Reap(pid));
        await ReadReportAsync(handle, paths, report);
    }

    internal IReadOnlyList<string> Command(string handle, ContainerPaths paths) =>
    [
        tools.Conmon, "--api-version", "1",
        "--cid", handle, "--cuuid", handle, "--name", handle,
        "--runtime", tools.Runc, "--runtime-arg=--root", $"--runtime-arg={tools.RuncRoot}",
        "--bundle", paths.Bundle,
        "--container-pidfile", paths.InitPid, "--conmon-pidfile", paths.MonitorPid,
        "--exit-dir", paths.ExitDirectory,
        "--socket-dir-path", ContainerPaths.Sockets(options),
        "--log-path", $"k8s-file:{paths.Log}", "--log-size-max", $"{options.LogBytes}",
        // A log line that a power cut takes is gone with the machine's containers anyway.
        "--no-sync-log",
    ];

    private static string[] Environment() => ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "_OCI_SYNCPIPE=3", "_OCI_STARTPIPE=4"];

    private static async Task ReadReportAsync(string handle, ContainerPaths paths, FileStream report)
    {
        string? line;
        try
        {
            // The read itself cannot be broken off; it ends when conmon does, which the caller sees to.
            line = await Task.Run(() => ReadLine(report), CancellationToken.None).WaitAsync(CreateTimeout);
        }
        catch (TimeoutException e)
        {
            throw new ContainerException($"container {handle}: runc did not create it within {CreateTimeout.TotalSeconds:0} s", e);
        }
        var (pid, message) = Parse(line);
        if (pid > 0) return;
        throw new ContainerException($"container {handle} was not created: {(message.Length > 0 ? message : "conmon ended")} {Errors(paths)}".TrimEnd());
    }

    private static string Errors(ContainerPaths paths) => File.Exists(paths.MonitorErrors) ? File.ReadAllText(paths.MonitorErrors).Trim() : "";

    // {"pid": 123} or {"pid": -1, "message": "why"}
    internal static (int Pid, string Message) Parse(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return (-1, "");
        try
        {
            using var json = JsonDocument.Parse(line);
            var pid = json.RootElement.TryGetProperty("pid", out var number) ? number.GetInt32() : json.RootElement.GetProperty("data").GetInt32();
            return (pid, json.RootElement.TryGetProperty("message", out var text) ? text.GetString() ?? "" : "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return (-1, $"conmon reported \"{line}\"");
        }
    }

    // Not to the end of the file: conmon holds the pipe for as long as the container lives.
    private static string ReadLine(FileStream report)
    {
        var text = new byte[ReportLimit];
        var length = 0;
        while (length < text.Length)
        {
            var read = report.Read(text, length, text.Length - length);
            length += read;
            if (read == 0 || text.AsSpan(0, length).Contains((byte)'\n')) break;
        }
        return Encoding.UTF8.GetString(text, 0, length);
    }
}
