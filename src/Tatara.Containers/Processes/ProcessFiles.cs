using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Tatara.Containers.Linux;

namespace Tatara.Containers.Processes;

/// <summary>Processes named by files. A number alone proves nothing: it may have been given to another process since.</summary>
internal static class ProcessFiles
{
    /// <summary>The container's conmon; null when it is not running.</summary>
    public static SafeFileHandle? OpenMonitor(ContainerPaths paths) =>
        Open(paths.MonitorPid, pid => HasArgument(pid, paths.Bundle));

    /// <summary>The container's first process; null when it is not running.</summary>
    public static SafeFileHandle? OpenInit(ContainerPaths paths, IReadOnlyList<int> processes) => Open(paths.InitPid, processes.Contains);

    /// <summary>The number of the container's first process, which its creator has just written.</summary>
    public static int InitPid(ContainerPaths paths) => int.Parse(File.ReadAllText(paths.InitPid), CultureInfo.InvariantCulture);

    /// <summary>The process of a number, if it is one that was started with this argument.</summary>
    public static SafeFileHandle? OpenWithArgument(int pid, string argument)
    {
        var process = Libc.OpenProcess(pid);
        if (process is not null && HasArgument(pid, argument)) return process;
        process?.Dispose();
        return null;
    }

    /// <summary>Every process that was started with this argument.</summary>
    public static IEnumerable<SafeFileHandle> OpenAllWithArgument(string argument)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid) || Libc.OpenProcess(pid) is not { } process) continue;
            if (HasArgument(pid, argument)) yield return process;
            else process.Dispose();
        }
    }

    /// <summary>
    /// What a process has written by itself, as the kernel counts, but for the 8 bytes with which an event loop may wake itself up for
    /// each write; rather too little. Null when the process is gone, of which the caller must be certain.
    /// </summary>
    public static long? BytesWritten(string file)
    {
        const int wakeUp = 8;
        try
        {
            var pid = File.ReadAllText(file).Trim();
            // Of its only thread: the sum of the process would have its ended children in it.
            var counts = File.ReadAllLines($"/proc/{pid}/task/{pid}/io").Select(line => line.Split(": ")).ToDictionary(field => field[0], field => long.Parse(field[1], CultureInfo.InvariantCulture));
            return counts["wchar"] - (wakeUp * counts["syscw"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The process id in a file; null when there is none.</summary>
    public static int? ReadPid(string file)
    {
        try
        {
            return int.TryParse(File.ReadAllText(file), out var pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool HasArgument(int pid, string argument)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains(argument);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static SafeFileHandle? Open(string file, Func<int, bool> isIt)
    {
        try
        {
            if (!int.TryParse(File.ReadAllText(file), out var pid)) return null;
            var process = Libc.OpenProcess(pid);
            // Asked while the handle is held, so that the answer is about the process that is held.
            if (process is not null && isIt(pid)) return process;
            process?.Dispose();
            return null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
