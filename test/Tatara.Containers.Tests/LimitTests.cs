namespace Tatara.Containers.Tests;

public sealed class LimitTests(TestRuntime machine) : IClassFixture<TestRuntime>
{
    [Fact]
    public async Task Memory_Exceeded_KilledAndReportedAsOutOfMemory()
    {
        var (exit, _) = await machine.RunAsync("exec tail /dev/zero");

        exit.ShouldSatisfyAllConditions(
            it => it.ExitCode.ShouldBe(128 + 9),
            it => it.OutOfMemory.ShouldBeTrue());
    }

    // conmon leaves a file wherever it was started.
    [Fact]
    public async Task Memory_Exceeded_NothingIsLeftWhereThePlatformRuns()
    {
        var before = Directory.GetFileSystemEntries(Environment.CurrentDirectory);

        var (exit, _) = await machine.RunAsync("exec tail /dev/zero");

        exit.OutOfMemory.ShouldBeTrue();
        Directory.GetFileSystemEntries(Environment.CurrentDirectory).ShouldBe(before, ignoreOrder: true);
    }

    [Fact]
    public async Task Memory_SharedMemoryExceeded_Counts()
    {
        var (exit, _) = await machine.RunAsync("head -c 60M /dev/zero > /dev/shm/x; exec head -c 60M /dev/zero > /dev/shm/y",
            spec => spec with { Limits = spec.Limits with { MemoryBytes = 48 << 20 } });

        exit.OutOfMemory.ShouldBeTrue();
    }

    [Fact]
    public async Task Memory_KilledByItselfWithSameSignal_NotOutOfMemory()
    {
        var (exit, _) = await machine.RunAsync("kill -9 $$");

        exit.ExitCode.ShouldBe(128 + 9);
        exit.OutOfMemory.ShouldBeFalse();
    }

    [Fact]
    public async Task Memory_WorkerKilledButProgramEndsWell_NotOutOfMemory()
    {
        var (exit, output) = await machine.RunAsync("tail /dev/zero; echo worker ended with $?; exit 0");

        output.ShouldContain("137");
        exit.ShouldBe(exit with { ExitCode = 0, OutOfMemory = false });
    }

    [Fact]
    public async Task Fill_Files_AreThereBeforeTheProgramAndCountForTheDisk()
    {
        var (exit, output) = await machine.RunAsync(
            "stat -c %s /srv/filled; df -B1 --output=used / | tail -1",
            spec => spec with { Fill = (root, token) => WriteAsync(Path.Combine(root, "srv"), 20 << 20, token) });

        exit.ExitCode.ShouldBe(0, output);
        var lines = output.Split('\n');
        lines[0].ShouldBe($"{20 << 20}");
        long.Parse(lines[1]).ShouldBeGreaterThanOrEqualTo(20 << 20);
    }

    [Fact]
    public async Task Fill_MoreThanTheDiskHolds_FailsAndLeavesNothing()
    {
        var spec = TestRuntime.Spec("true") with { Fill = (root, token) => WriteAsync(Path.Combine(root, "srv"), 200 << 20, token) };

        await Should.ThrowAsync<ContainerException>(() => machine.Runtime.CreateAsync(spec, default));

        (await machine.Runtime.CreateAsync(spec with { Fill = null }, default)).Handle.ShouldBe(spec.Handle);
    }

    private static async Task WriteAsync(string directory, int bytes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        await using var file = File.Create(Path.Combine(directory, "filled"));
        var block = new byte[1 << 20];
        for (var left = bytes; left > 0; left -= block.Length) await file.WriteAsync(block, cancellationToken);
    }

    [Fact]
    public async Task Disk_Full_WritesFailAndTheAppLivesOn()
    {
        var (exit, output) = await machine.RunAsync(
            "head -c 200M /dev/zero > /home/vcap/big 2>/tmp/error; cat /tmp/error; stat -c %s /home/vcap/big; rm /home/vcap/big; head -c 40M /dev/zero > /tmp/again && echo lives; df -B1 --output=size,avail / | tail -1");

        exit.ExitCode.ShouldBe(0, output);
        output.ShouldContain("lives");
        var written = long.Parse(output.Split('\n').First(line => line.All(char.IsAsciiDigit)));
        written.ShouldBeInRange((64L << 20) * 99 / 100, (64L << 20) * 103 / 100);
    }

    [Fact]
    public async Task Disk_Full_ErrorIsNoSpace()
    {
        var (_, output) = await machine.RunAsync("head -c 200M /dev/zero > /home/vcap/big");

        output.ShouldContain("No space left on device");
    }

    [Fact]
    public async Task Pids_ForkBomb_Contained()
    {
        var container = await machine.BashAsync("bomb() { bomb | bomb & }; bomb 2>/dev/null; sleep 1000");
        await Eventually.TrueAsync(async () => (await container.StatsAsync(default)).Pids > 40);

        (await container.StatsAsync(default)).Pids.ShouldBeLessThanOrEqualTo(64);
        var (exit, _) = await machine.RunAsync("true");
        exit.ExitCode.ShouldBe(0);
        await container.DestroyAsync(default);
        await machine.ShouldHaveNoTraceOfAsync(container.Handle);
    }

    [Fact]
    public async Task OpenFiles_BeyondTheLimit_Fails()
    {
        var (_, output) = await machine.RunAsync("ulimit -n; ulimit -c; ulimit -n 2048 || echo refused");

        output.ShouldStartWith("1024\n0\n");
        output.ShouldContain("refused");
    }

    [Fact]
    public async Task CpuShares_OfBusyNeighbours_DivideTheProcessor()
    {
        // Both on one processor, whatever the machine has.
        var busy = "taskset -p -c 0 $$ >/dev/null; while :; do :; done";
        var small = await machine.BashAsync(busy, spec => spec with { Limits = spec.Limits with { CpuShares = 100 } });
        var large = await machine.BashAsync(busy, spec => spec with { Limits = spec.Limits with { CpuShares = 1000 } });
        var before = (Small: await small.StatsAsync(default), Large: await large.StatsAsync(default));

        await Eventually.TrueAsync(async () => (await large.StatsAsync(default)).CpuTime - before.Large.CpuTime > TimeSpan.FromSeconds(1));

        var used = (await large.StatsAsync(default)).CpuTime - before.Large.CpuTime;
        ((await small.StatsAsync(default)).CpuTime - before.Small.CpuTime).ShouldBeLessThan(used / 3);
        await small.DestroyAsync(default);
        await large.DestroyAsync(default);
    }

    // Shares only weigh among those who want more than there is.
    [Fact]
    public async Task CpuShares_OfALoneContainer_LeaveItTheWholeMachine()
    {
        var (_, output) = await machine.RunAsync(
            "for i in 1 2 3 4; do (for j in $(seq 100000); do :; done) & done; wait; cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null; cat /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/cpu/cpu.stat 2>/dev/null | grep nr_throttled; nproc",
            spec => spec with { Limits = spec.Limits with { CpuShares = 2 } });

        output.Split('\n')[0].ShouldMatch("^(max 100000|-1)$");
        output.ShouldContain("nr_throttled 0");
        output.ShouldEndWith($"\n{Environment.ProcessorCount}");
    }

    [Fact]
    public async Task Stats_OfRunningContainer_TellWhatItUses()
    {
        var container = await machine.BashAsync("head -c 20M /dev/zero > /home/vcap/file; head -c 30M /dev/zero > /dev/shm/memory; echo done; sleep 1000");
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(container)).Contains("done"));

        var stats = await container.StatsAsync(default);

        stats.CpuTime.ShouldBeGreaterThan(TimeSpan.Zero);
        stats.MemoryBytes.ShouldBeInRange(30 << 20, 60 << 20);
        stats.DiskBytes.ShouldBeInRange(20 << 20, 22 << 20);
        stats.Pids.ShouldBeInRange(2, 3);
        await container.DestroyAsync(default);
    }

    [Fact]
    public async Task LoggedBytes_CountWhatIsGoneAsWell()
    {
        var container = await machine.BashAsync("yes 0123456789012345678901234567890123456789 | head -c 60M; sleep 1000");

        // Every line of 41 bytes has a time and more before it.
        const long lines = (60 << 20) / 41;
        await Eventually.TrueAsync(() => Task.FromResult(container.LoggedBytes > ((60 << 20) + (lines * 40)) * 5 / 6));

        new FileInfo(container.LogFile).Length.ShouldBeLessThanOrEqualTo(machine.Options.LogBytes + 8192);
        await container.DestroyAsync(default);
        container.LoggedBytes.ShouldBeNull();
    }

    [Fact]
    public async Task LoggedBytes_OfALogInOneFile_AreAboutItsLength()
    {
        // More written to other places than to the log, and by children that have ended.
        var container = await machine.BashAsync("for i in $(seq 1000); do echo line $i; done; (head -c 20M /dev/zero > /tmp/file); echo done; sleep 1000");
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(container)).EndsWith("done"));

        var length = new FileInfo(container.LogFile).Length;
        container.LoggedBytes!.Value.ShouldBeInRange(length * 5 / 6, length + 200);
        await container.DestroyAsync(default);
    }

    [Fact]
    public async Task Log_Endless_StaysBounded()
    {
        var container = await machine.BashAsync("yes 0123456789012345678901234567890123456789 | head -c 60M");
        await container.WaitAsync(default);

        new FileInfo(container.LogFile).Length.ShouldBeLessThanOrEqualTo(machine.Options.LogBytes + 8192);
        await container.DestroyAsync(default);
    }
}
