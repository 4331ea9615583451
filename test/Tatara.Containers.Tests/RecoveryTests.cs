using Tatara.Containers.Networks;
using Tatara.Containers.Processes;

namespace Tatara.Containers.Tests;

/// <summary>What a process finds that is started anew: another runtime over the same directory.</summary>
public sealed class RecoveryTests : IAsyncLifetime
{
    // Two runtimes over one directory must not both make networks in the background.
    private readonly TestRuntime _machine = new(spareNetworks: 0);

    public Task InitializeAsync() => _machine.InitializeAsync();

    public Task DisposeAsync() => _machine.DisposeAsync();

    [Fact]
    public async Task Recover_Running_GoesOnUnderNewManagement()
    {
        var before = await _machine.BashAsync("trap 'echo stopped; exit 9' TERM; echo started; while true; do sleep 0.05; done",
            spec => spec with { Properties = new Dictionary<string, string> { ["instance"] = "i-1" }, Ports = [new PortMapping(61001, 8080)] });
        var pids = _machine.Runtime.Cgroups.Processes(before.Handle);

        var after = (await RecoverAsync()).ShouldHaveSingleItem();

        after.Handle.ShouldBe(before.Handle);
        after.Address.ShouldBe(before.Address);
        after.StartedAt.ShouldBe(before.StartedAt);
        after.Spec.Properties["instance"].ShouldBe("i-1");
        after.Spec.Limits.ShouldBe(before.Spec.Limits);
        _machine.Runtime.Cgroups.Processes(before.Handle).ShouldContain(pids[0]);
        (await after.StatsAsync(default)).Pids.ShouldBeGreaterThan(1);
        await after.StopAsync(TimeSpan.FromSeconds(10), default);
        (await after.WaitAsync(default)).ExitCode.ShouldBe(9);
        (await TestRuntime.OutputAsync(after)).ShouldBe("started\nstopped");
        await after.DestroyAsync(default);
        await _machine.ShouldHaveNoTraceOfAsync(after.Handle);
    }

    [Fact]
    public async Task Recover_EndedMeanwhile_ExitCodeAndLogAreThere()
    {
        var before = await _machine.BashAsync("echo a; exit 4");
        await before.WaitAsync(default);

        var after = (await RecoverAsync()).ShouldHaveSingleItem();

        (await after.WaitAsync(default)).ShouldBe(await before.WaitAsync(default));
        (await TestRuntime.OutputAsync(after)).ShouldBe("a");
        await after.DestroyAsync(default);
        await _machine.ShouldHaveNoTraceOfAsync(after.Handle);
    }

    [Fact]
    public async Task Recover_OutOfMemoryMeanwhile_IsKnown()
    {
        var before = await _machine.BashAsync("exec tail /dev/zero");
        await before.WaitAsync(default);

        var after = (await RecoverAsync()).ShouldHaveSingleItem();

        (await after.WaitAsync(default)).OutOfMemory.ShouldBeTrue();
    }

    [Fact]
    public async Task Recover_AfterReboot_EndedWithoutCode()
    {
        var before = await _machine.BashAsync("sleep 1000");
        var paths = new ContainerPaths(_machine.Options, before.Handle);
        // What a reboot leaves: files in the data directory, and nothing else.
        await before.StopAsync(TimeSpan.Zero, default);
        await _machine.Runtime.Runc.DeleteAsync(before.Handle, default);
        Linux.Mounts.Unmount(paths.Root);
        Linux.Mounts.Unmount(paths.Disk);
        Directory.Delete(paths.MountDirectory, recursive: true);
        File.Delete(paths.ExitFile);

        var after = (await RecoverAsync()).ShouldHaveSingleItem();

        (await after.WaitAsync(default)).ExitCode.ShouldBe(255);
        (await after.StatsAsync(default)).ShouldBe(new ContainerStats(TimeSpan.Zero, 0, 0, 0));
        await after.DestroyAsync(default);
        await _machine.ShouldHaveNoTraceOfAsync(before.Handle);
    }

    [Fact]
    public async Task Recover_NeverFinished_IsRemoved()
    {
        var container = await _machine.BashAsync("sleep 1000", spec => spec with { Ports = [new PortMapping(61001, 8080)] });
        // Cut off before the record was written.
        File.Delete(new ContainerPaths(_machine.Options, container.Handle).State);

        (await RecoverAsync()).ShouldBeEmpty();

        await _machine.ShouldHaveNoTraceOfAsync(container.Handle);
        Directory.EnumerateFileSystemEntries("/sys/class/net").Count(path => Path.GetFileName(path).StartsWith(Slot.InterfacePrefix(_machine.Options.Id)))
            .ShouldBeLessThanOrEqualTo(_machine.Options.SpareNetworks);
        var again = await _machine.New().CreateAsync(TestRuntime.Spec("true", spec => spec with { Ports = [new PortMapping(61001, 8080)] }), default);
        await again.DestroyAsync(default);
    }

    [Fact]
    public async Task Recover_RecordUnreadable_IsRemoved()
    {
        var container = await _machine.BashAsync("sleep 1000");
        await File.WriteAllTextAsync(new ContainerPaths(_machine.Options, container.Handle).State, "{\"Spec\":");

        (await RecoverAsync()).ShouldBeEmpty();

        await _machine.ShouldHaveNoTraceOfAsync(container.Handle);
    }

    [Fact]
    public async Task RemoveAll_WithRunningContainers_TakesBackEverything()
    {
        var container = await _machine.BashAsync("sleep 1000");

        await _machine.New().RemoveAllAsync(default);

        await _machine.ShouldHaveNoTraceOfAsync(container.Handle);
        Directory.Exists(ContainerPaths.Run(_machine.Options)).ShouldBeFalse();
        Directory.EnumerateFileSystemEntries("/sys/class/net").ShouldNotContain(path => Path.GetFileName(path).StartsWith(Slot.InterfacePrefix(_machine.Options.Id)));
        await _machine.Runtime.InitializeAsync(default);
    }

    private async Task<IReadOnlyList<IContainer>> RecoverAsync()
    {
        var runtime = _machine.New();
        await runtime.InitializeAsync(default);
        return await runtime.RecoverAsync(default);
    }
}
