using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tatara.Containers.Cgroups;
using Tatara.Containers.Disks;
using Tatara.Containers.Networks;
using Tatara.Containers.Processes;
using Monitor = Tatara.Containers.Processes.Monitor;

namespace Tatara.Containers.Linux;

/// <summary>Containers by runc and conmon.</summary>
internal sealed class LinuxContainerRuntime : IContainerRuntime
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(30);

    private readonly ContainerRuntimeOptions _options;
    private readonly ContainerNetwork _network;
    private readonly ContainerCreator _creator;
    private readonly ConcurrentDictionary<string, LinuxContainer?> _containers = new();

    public LinuxContainerRuntime(ContainerRuntimeOptions options, ILoggerFactory loggerFactory, TimeProvider? clock = null)
    {
        _options = options;
        Clock = clock ?? TimeProvider.System;
        Logger = loggerFactory.CreateLogger("Tatara.Containers");
        var tools = MachineTools.Find(ContainerPaths.Run(options));
        var commands = new CommandRunner(CommandTimeout);
        Cgroups = CgroupTree.Detect($"tatara-{options.Id}");
        Runc = new Runc(commands, tools);
        Monitor = new Monitor(options, tools, Cgroups);
        _network = new ContainerNetwork(options, tools, commands, Logger);
        Remover = new ContainerRemover(options, Runc, Cgroups, _network, Logger);
        _creator = new ContainerCreator(options, tools, Cgroups, _network, new WritableDisk(commands), this);
    }

    public ILogger Logger { get; }

    public TimeProvider Clock { get; }

    public CgroupTree Cgroups { get; }

    public Runc Runc { get; }

    public Monitor Monitor { get; }

    public ContainerRemover Remover { get; }

    public ProcessEnds ProcessEnds { get; } = new();

    public async Task InitializeAsync(CancellationToken cancellationToken)
    {
        KernelQuotas.Raise(Logger);
        Directory.CreateDirectory(ContainerPaths.All(_options));
        // Users inside must be able to walk down to their root directory.
        foreach (var directory in (string[])[_options.RunDirectory, ContainerPaths.Run(_options), ContainerPaths.MountsOfAll(_options)])
            Ownership.MakeDirectory(directory, 0, Ownership.Passage);
        Ownership.MakeDirectory(ContainerPaths.Sockets(_options), 0, Ownership.Private);
        await _network.InitializeAsync(cancellationToken);
    }

    public async Task<IContainer> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        SpecChecks.Check(spec);
        if (!_containers.TryAdd(spec.Handle, null)) throw new ContainerException($"container {spec.Handle} exists already");
        try
        {
            var container = await _creator.CreateAsync(spec, cancellationToken);
            _containers[spec.Handle] = container;
            return container;
        }
        catch
        {
            _containers.TryRemove(spec.Handle, out _);
            throw;
        }
    }

    public async Task<IReadOnlyList<IContainer>> RecoverAsync(CancellationToken cancellationToken)
    {
        // 1. What has a record is a container, running or not.
        foreach (var handle in Remains())
        {
            var paths = new ContainerPaths(_options, handle);
            if (_containers.ContainsKey(handle) || ContainerRecord.Load(paths.State) is not { } record) continue;
            var container = new LinuxContainer(this, record, paths, _network.Adopt(record.Slot),
                ProcessFiles.OpenMonitor(paths), ProcessFiles.OpenInit(paths, Cgroups.Processes(handle)));
            _containers[handle] = container;
        }

        // 2. The rest was being created or destroyed when the last run was cut off.
        foreach (var handle in Remains().Where(handle => !_containers.ContainsKey(handle)))
        {
            Logger.LogInformation("Removing the remains of container {Handle}", handle);
            await Remover.RemoveAsync(handle, null, cancellationToken);
        }
        await _network.SweepAsync([.. _containers.Values.OfType<LinuxContainer>().Select(container => (container.Slot, container.Spec))], cancellationToken);
        _ = _network.PrepareAsync();
        return [.. _containers.Values.OfType<LinuxContainer>()];
    }

    public Task SetEgressAsync(Slot slot, IReadOnlyList<AllowedTraffic> allowed, CancellationToken cancellationToken) =>
        _network.SetEgressAsync(slot, allowed, cancellationToken);

    public Task SetLinksAsync(IReadOnlyList<ContainerLink> links, CancellationToken cancellationToken) => _network.SetLinksAsync(links, cancellationToken);

    public Task SetTunnelAsync(IReadOnlyList<TunnelPeer> peers, CancellationToken cancellationToken) => _network.SetTunnelAsync(peers, cancellationToken);

    public Task SetNamesAsync(IReadOnlyDictionary<string, IReadOnlyList<string>> namesByAddress, CancellationToken cancellationToken) =>
        _network.SetNamesAsync(namesByAddress, cancellationToken);

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        // 1. Removals that failed. A container whose destruction failed is still listed, and destroyed again.
        var unfinished = Remover.Unfinished.ToDictionary();
        foreach (var handle in unfinished.Keys)
            if (_containers.TryGetValue(handle, out var container) && container is not null) await TryAsync(handle, () => container.DestroyAsync(cancellationToken));

        // 2. What belongs to nobody.
        foreach (var handle in Remains().Union(unfinished.Keys))
        {
            // What is being created is listed before its first trace is made, and what is destroyed until its last is gone.
            if (!_containers.TryAdd(handle, null)) continue;
            try
            {
                Logger.LogInformation("Removing the remains of container {Handle}", handle);
                await TryAsync(handle, () => Remover.RemoveAsync(handle, unfinished.GetValueOrDefault(handle), cancellationToken));
            }
            finally
            {
                _containers.TryRemove(handle, out _);
            }
        }
    }

    public async Task RemoveAllAsync(CancellationToken cancellationToken)
    {
        foreach (var container in await RecoverAsync(cancellationToken)) await container.DestroyAsync(cancellationToken);
        await _network.RemoveAllAsync(cancellationToken);
        Cgroups.RemoveAll();
        Directory.Delete(ContainerPaths.Run(_options), recursive: true);
        Directory.Delete(ContainerPaths.All(_options), recursive: true);
    }

    public void Forget(LinuxContainer container) => _containers.TryRemove(new KeyValuePair<string, LinuxContainer?>(container.Handle, container));

    private async Task TryAsync(string handle, Func<Task> remove)
    {
        try
        {
            await remove();
        }
        catch (ContainerException e)
        {
            Logger.LogWarning(e, "What is left of container {Handle} cannot be removed now; it is tried again", handle);
        }
    }

    /// <summary>Every handle that anything on this machine is named after.</summary>
    private IEnumerable<string> Remains() =>
        Names(ContainerPaths.All(_options)).Concat(Names(ContainerPaths.MountsOfAll(_options))).Concat(Names(ContainerPaths.Sockets(_options))).Concat(Runc.List()).Concat(Cgroups.List()).Distinct();

    private static IEnumerable<string> Names(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)) : [];
}
