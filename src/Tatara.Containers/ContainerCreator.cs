using System.Text.Json;
using Tatara.Containers.Cgroups;
using Tatara.Containers.Disks;
using Tatara.Containers.Linux;
using Tatara.Containers.Networks;
using Tatara.Containers.Oci;
using Tatara.Containers.Processes;
using Tatara.Containers.Rules;

namespace Tatara.Containers;

/// <summary>Makes one container, from nothing to a running program.</summary>
/// <remarks>No step takes long, and none is broken off in the middle: cancellation is heard between them.</remarks>
internal sealed class ContainerCreator(
    ContainerRuntimeOptions options, MachineTools tools, CgroupTree cgroups, ContainerNetwork network, WritableDisk disks, LinuxContainerRuntime runtime)
{
    private readonly Overlay _overlay = new(options);

    public async Task<LinuxContainer> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        var paths = new ContainerPaths(options, spec.Handle);
        Slot? slot = null;
        try
        {
            // 1. Its place on disk. Environments hold secrets: the bundle is for root alone.
            Ownership.MakeDirectory(paths.Bundle, 0, Ownership.Private);
            Directory.CreateDirectory(paths.ExitDirectory);
            Ownership.MakeDirectory(paths.MountDirectory, 0, Ownership.Passage);

            // 2. Network and writable disk, which do not wait for each other.
            var disk = disks.CreateAsync(paths.DiskImage, paths.Disk, spec.Limits.DiskBytes);
            try
            {
                slot = await network.TakeAsync();
            }
            finally
            {
                await disk;
            }
            cancellationToken.ThrowIfCancellationRequested();
            var mapping = network.OpenAsync(slot, spec.Ports, spec.Egress);

            // 3. Root file system and specification.
            try
            {
                var upper = _overlay.MakeUpper(spec, network.NameServers, slot.Container, paths.Disk);
                if (spec.Fill is not null) await spec.Fill(upper, cancellationToken);
                _overlay.Mount(spec, paths.Disk, paths.Root);
                WriteConfig(spec, slot, paths);

                // 4. conmon has runc create it, up to the point where its program would start.
                await runtime.Monitor.CreateAsync(spec.Handle, paths);
            }
            finally
            {
                await mapping;
            }
            var monitor = ProcessFiles.OpenMonitor(paths);
            var init = ProcessFiles.OpenInit(paths, cgroups.Processes(spec.Handle));

            if (init is not null) Ownership.GiveOutput(ProcessFiles.InitPid(paths), options.UserIdBase + spec.UserId);

            cancellationToken.ThrowIfCancellationRequested();

            // 5. Its program starts. From the record on it is a container that is found again.
            await runtime.Runc.StartAsync(spec.Handle);
            var record = new ContainerRecord(spec, slot.Number, runtime.Clock.GetUtcNow());
            record.Save(paths.State);
            return new LinuxContainer(runtime, record, paths, slot, monitor, init);
        }
        catch (Exception e)
        {
            await runtime.Remover.RemoveAsync(spec.Handle, slot, CancellationToken.None);
            if (e is IOException or UnauthorizedAccessException) throw new ContainerException($"container {spec.Handle} was not created: {e.Message}", e);
            throw;
        }
    }

    private void WriteConfig(ContainerSpec spec, Slot slot, ContainerPaths paths)
    {
        var context = new SpecContext(spec, paths.Root, slot.NamespacePath, cgroups.PathOf(spec.Handle), options.UserIdBase, tools.Init, cgroups.SwapAccounting);
        File.WriteAllBytes(paths.Config, JsonSerializer.SerializeToUtf8Bytes(SpecBuilder.Build(context), OciJson.Default.OciSpec));
    }
}
