using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tatara.Containers.Cgroups;
using Tatara.Containers.Disks;
using Tatara.Containers.Linux;
using Tatara.Containers.Networks;

namespace Tatara.Containers.Processes;

/// <summary>Removes a container, however much of it there is: after its end, after a failed creation, or after a crash of this process.</summary>
internal sealed class ContainerRemover(ContainerRuntimeOptions options, Runc runc, CgroupTree cgroups, ContainerNetwork network, ILogger logger)
{
    private readonly ConcurrentDictionary<string, Slot?> _unfinished = new();

    private static readonly TimeSpan CgroupTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Containers of which something is left because a removal failed, with what is known of their networks.</summary>
    public IReadOnlyCollection<KeyValuePair<string, Slot?>> Unfinished => [.. _unfinished];

    /// <param name="slot">Null when it never had one, or nobody knows: the network's own sweep finds it then.</param>
    /// <exception cref="ContainerException">Some of it could not be removed; everything was tried.</exception>
    public async Task RemoveAsync(string handle, Slot? slot, CancellationToken cancellationToken)
    {
        var paths = new ContainerPaths(options, handle);
        var problems = new List<Exception>();

        // 1. Processes first: they hold everything else.
        await TryAsync(() => Run(() => KillCreation(paths)));
        await TryAsync(() => runc.DeleteAsync(handle, cancellationToken));
        await TryAsync(() => RemoveCgroupAsync(handle, cancellationToken));
        await TryAsync(() => Run(() => runc.RemoveRecord(handle)));

        // 2. Root, then the disk that it is made of. The loop device goes with the mount.
        await TryAsync(() => Run(() => Mounts.Unmount(paths.Root)));
        await TryAsync(() => Run(() => WritableDisk.Discard(paths.Disk)));
        await TryAsync(() => Run(() => RemoveDirectory(paths.MountDirectory)));
        await TryAsync(() => Run(() => File.Delete(paths.Socket)));

        // 3. Network.
        if (slot is not null) await TryAsync(() => network.ReleaseAsync(slot, cancellationToken));

        // 4. The record last: as long as it is there, somebody will try again.
        if (problems.Count == 0) await TryAsync(() => Run(() => RemoveDirectory(paths.Bundle)));
        if (problems.Count == 0) _unfinished.TryRemove(handle, out _);
        else _unfinished.AddOrUpdate(handle, slot, (_, known) => slot ?? known);
        if (problems.Count > 0)
            throw new ContainerException($"container {handle} was not removed: {string.Join("; ", problems.Select(problem => problem.Message))}", new AggregateException(problems));

        async Task TryAsync(Func<Task> step)
        {
            try
            {
                await step();
            }
            catch (Exception e) when (e is ContainerException or IOException or UnauthorizedAccessException)
            {
                logger.LogWarning(e, "Removing container {Handle}", handle);
                problems.Add(e);
            }
        }
    }

    private static Task Run(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    /// <summary>conmon and `runc create`, of a creation that was broken off; a finished container has neither after its end.</summary>
    private static void KillCreation(ContainerPaths paths)
    {
        if (File.Exists(paths.State)) return;
        foreach (var process in ProcessFiles.OpenAllWithArgument(paths.Bundle))
            using (process)
                Libc.Signal(process, Libc.SigKill);
    }

    private async Task RemoveCgroupAsync(string handle, CancellationToken cancellationToken)
    {
        // Processes that were just killed leave their cgroup a moment later.
        var deadline = Environment.TickCount64 + (long)CgroupTimeout.TotalMilliseconds;
        while (true)
        {
            foreach (var pid in cgroups.Processes(handle))
            {
                using var process = Libc.OpenProcess(pid);
                if (process is not null) Libc.Signal(process, Libc.SigKill);
            }
            try
            {
                cgroups.Remove(handle);
                return;
            }
            catch (IOException) when (Environment.TickCount64 < deadline)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
            }
        }
    }

    private static void RemoveDirectory(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }
}
