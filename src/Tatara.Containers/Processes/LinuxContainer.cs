using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Tatara.Containers.Cgroups;
using Tatara.Containers.Disks;
using Tatara.Containers.Linux;
using Tatara.Containers.Networks;

namespace Tatara.Containers.Processes;

/// <summary>A container on this machine: created just now, or found again.</summary>
internal sealed class LinuxContainer : IContainer
{
    /// <summary>What is reported when conmon went without saying how the program ended, as it does when the machine went down.</summary>
    private const int LostExitCode = 255;

    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(30);

    private ContainerRecord _record;
    private readonly ContainerPaths _paths;
    private readonly LinuxContainerRuntime _runtime;
    private readonly SafeFileHandle? _init;
    private readonly Task<ContainerExit> _exit;
    private readonly SemaphoreSlim _destroying = new(1);
    private bool _destroyed;

    public LinuxContainer(LinuxContainerRuntime runtime, ContainerRecord record, ContainerPaths paths, Slot slot, SafeFileHandle? monitor, SafeFileHandle? init)
    {
        _runtime = runtime;
        _record = record;
        _paths = paths;
        Slot = slot;
        _init = init;
        _exit = WatchAsync(monitor);
    }

    public string Handle => _record.Spec.Handle;

    public ContainerSpec Spec => _record.Spec;

    public string Address => Slot.Container;

    public Slot Slot { get; }

    public DateTimeOffset StartedAt => _record.StartedAt;

    public string LogFile => _paths.Log;

    public long? LoggedBytes => _exit.IsCompleted ? null : ProcessFiles.BytesWritten(_paths.MonitorPid);

    public Task<ContainerExit> WaitAsync(CancellationToken cancellationToken) => _exit.WaitAsync(cancellationToken);

    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        if (_exit.IsCompleted) return;
        Signal(Libc.SigTerm);
        try
        {
            await _exit.WaitAsync(grace, cancellationToken);
        }
        catch (TimeoutException)
        {
            await KillAsync(cancellationToken);
        }
    }

    public async Task DestroyAsync(CancellationToken cancellationToken)
    {
        await _destroying.WaitAsync(cancellationToken);
        try
        {
            if (_destroyed) return;
            if (!_exit.IsCompleted) await KillAsync(cancellationToken);
            await _runtime.Remover.RemoveAsync(Handle, Slot, cancellationToken);
            _destroyed = true;
            _runtime.Forget(this);
            _init?.Dispose();
        }
        finally
        {
            _destroying.Release();
        }
    }

    public async Task SetEgressAsync(IReadOnlyList<AllowedTraffic> allowed, CancellationToken cancellationToken)
    {
        await _runtime.SetEgressAsync(Slot, allowed, cancellationToken);
        await _destroying.WaitAsync(cancellationToken);
        try
        {
            if (_destroyed) return;
            // What was taken away must not come back with a restart.
            _record = _record with { Spec = _record.Spec with { Egress = allowed } };
            _record.Save(_paths.State);
        }
        finally
        {
            _destroying.Release();
        }
    }

    public Task<int> CountConnectionsAsync(int port, CancellationToken cancellationToken) =>
        Task.FromResult(_exit.IsCompleted ? 0 : OpenConnections.Count(ProcessFiles.ReadPid(_paths.InitPid), port));

    public Task<ContainerStats> StatsAsync(CancellationToken cancellationToken)
    {
        var usage = _runtime.Cgroups.Usage(Handle) ?? new CgroupUsage(TimeSpan.Zero, 0, 0);
        return Task.FromResult(new ContainerStats(usage.CpuTime, usage.MemoryBytes, WritableDisk.UsedBytes(_paths.Disk), usage.Pids));
    }

    /// <summary>The kernel ends everything in a process namespace together with its first process.</summary>
    private async Task KillAsync(CancellationToken cancellationToken)
    {
        Signal(Libc.SigKill);
        try
        {
            await _exit.WaitAsync(KillTimeout, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new ContainerException($"container {Handle} did not end within {KillTimeout.TotalSeconds:0} s of being killed", e);
        }
    }

    private void Signal(int signal)
    {
        if (_init is { IsClosed: false }) Libc.Signal(_init, signal);
    }

    private async Task<ContainerExit> WatchAsync(SafeFileHandle? monitor)
    {
        if (monitor is not null)
        {
            await _runtime.ProcessEnds.WaitAsync(monitor);
            monitor.Dispose();
        }
        if (ReadExit() is { } exit) return exit;

        // Somebody has killed conmon: what it watched cannot be watched any more.
        _runtime.Logger.LogWarning("Container {Handle} lost its monitor; it is killed", Handle);
        Signal(Libc.SigKill);
        if (_init is not null) await _runtime.ProcessEnds.WaitAsync(_init);
        return new ContainerExit(LostExitCode, OutOfMemory: false, _runtime.Clock.GetUtcNow());
    }

    private ContainerExit? ReadExit()
    {
        var file = new FileInfo(_paths.ExitFile);
        if (!file.Exists || !int.TryParse(File.ReadAllText(file.FullName), NumberStyles.Integer, CultureInfo.InvariantCulture, out var code)) return null;
        // A worker may have been killed without harm to the rest; then the program itself ends well.
        var outOfMemory = code != 0 && _runtime.Cgroups.OutOfMemoryKills(Handle) > 0;
        return new ContainerExit(code, outOfMemory, new DateTimeOffset(file.LastWriteTimeUtc));
    }
}
