using System.Diagnostics;
using Tatara.Containers.Processes;

namespace Tatara.Containers.Tests;

/// <summary>What goes wrong while a runtime is up is put right without harm to what is being made.</summary>
public sealed class SweepTests(TestRuntime machine) : IClassFixture<TestRuntime>
{
    [Fact]
    public async Task Sweep_RemainsOfEveryKind_AreRemoved()
    {
        const string orphan = "orphan-1";
        var paths = new ContainerPaths(machine.Options, orphan);
        Directory.CreateDirectory(paths.Bundle);
        Directory.CreateDirectory(paths.Disk);
        Directory.CreateDirectory(paths.Root);
        Run("mount", "-t", "tmpfs", "orphan", paths.Root);
        var image = paths.DiskImage;
        using (var file = File.Create(image)) file.SetLength(8 << 20);
        Run("mkfs.ext4", "-q", "-F", image);
        Run("mount", "-o", "loop", image, paths.Disk);
        File.CreateSymbolicLink(paths.Socket, paths.Bundle);
        File.CreateSymbolicLink(new ContainerPaths(machine.Options, "orphan-2").Socket, "/nowhere");
        foreach (var tasks in Directory.EnumerateFiles("/sys/fs/cgroup", "cgroup.procs").Select(f => Path.GetDirectoryName(f)!)
            .Concat(Directory.EnumerateDirectories("/sys/fs/cgroup").Where(d => File.Exists(Path.Combine(d, "tasks")))).Take(1))
            Directory.CreateDirectory(Path.Combine(tasks, $"tatara-{machine.Options.Id}", orphan));
        var process = Process.Start("/bin/bash", ["-c", "sleep 1000; true", paths.Bundle]);
        machine.Runtime.Cgroups.List().ShouldContain(orphan);

        await machine.Runtime.SweepAsync(default);

        await machine.ShouldHaveNoTraceOfAsync(orphan);
        Path.Exists(new ContainerPaths(machine.Options, "orphan-2").Socket).ShouldBeFalse();
        process.WaitForExit(TimeSpan.FromSeconds(10)).ShouldBeTrue();
    }

    [Fact]
    public async Task Sweep_WhileContainersAreMadeAndDestroyed_HarmsNone()
    {
        var lasting = await machine.BashAsync("sleep 1000");
        using var enough = new CancellationTokenSource();
        var sweeping = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested) await machine.Runtime.SweepAsync(default);
        });

        var results = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => machine.RunAsync($"echo {i}; exit {i}")));

        await enough.CancelAsync();
        await sweeping;
        results.Select(result => result.Exit.ExitCode).ShouldBe(Enumerable.Range(0, 12));
        results.Select(result => result.Output).ShouldBe(Enumerable.Range(0, 12).Select(i => $"{i}"));
        (await lasting.StatsAsync(default)).Pids.ShouldBeGreaterThan(0);
        await lasting.DestroyAsync(default);
    }

    [Fact]
    public async Task Sweep_DestructionFailedBefore_IsTriedAgain()
    {
        var container = await machine.BashAsync("sleep 1000", spec => spec with { Ports = [new PortMapping(61777, 8080)] });
        var stubborn = Path.Combine(new ContainerPaths(machine.Options, container.Handle).Bundle, "stubborn");
        File.WriteAllText(stubborn, "");
        Run("chattr", "+i", stubborn);
        await Should.ThrowAsync<ContainerException>(() => container.DestroyAsync(default));
        await machine.Runtime.SweepAsync(default);
        File.Exists(stubborn).ShouldBeTrue();

        Run("chattr", "-i", stubborn);
        await machine.Runtime.SweepAsync(default);

        await machine.ShouldHaveNoTraceOfAsync(container.Handle);
        machine.Runtime.Remover.Unfinished.ShouldBeEmpty();
        var again = await machine.BashAsync("true", spec => spec with { Handle = container.Handle, Ports = [new PortMapping(61777, 8080)] });
        await again.DestroyAsync(default);
    }

    [Fact]
    public async Task CountConnections_OpenAndClosed_AreCountedFromOutsideOnly()
    {
        var container = await machine.BashAsync(
            "perl -MIO::Socket::INET -e '$l = IO::Socket::INET->new(Listen => 5, LocalPort => 8080, ReuseAddr => 1); $o = IO::Socket::INET->new(PeerAddr => \"127.0.0.1:8080\"); print \"ready\n\"; $|=1; print \"\"; push @c, $l->accept while 1'",
            spec => spec with { Ports = [new PortMapping(61778, 8080)] });
        using var client = new System.Net.Sockets.TcpClient();
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                if (!client.Connected) await client.ConnectAsync(machine.Options.HostAddress, 61778);
                return true;
            }
            catch (System.Net.Sockets.SocketException)
            {
                return false;
            }
        });

        await Eventually.TrueAsync(async () => await container.CountConnectionsAsync(8080, default) == 1);
        (await container.CountConnectionsAsync(8081, default)).ShouldBe(0);
        client.Close();
        await Eventually.TrueAsync(async () => await container.CountConnectionsAsync(8080, default) == 0);
        await container.DestroyAsync(default);
        (await container.CountConnectionsAsync(8080, default)).ShouldBe(0);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, program);
    }
}
