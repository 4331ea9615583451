using System.Diagnostics;

namespace Tatara.Containers.Tests;

public sealed class LifecycleTests(TestRuntime machine) : IClassFixture<TestRuntime>
{
    [Fact]
    public async Task Wait_ProgramEnds_ExitCodeAndWholeLog()
    {
        var (exit, output) = await machine.RunAsync("for i in $(seq 2000); do echo line $i; done; echo last >&2; exit 7");

        exit.ExitCode.ShouldBe(7);
        exit.OutOfMemory.ShouldBeFalse();
        var lines = output.Split('\n');
        lines.Length.ShouldBe(2001);
        lines.ShouldContain("line 2000");
        lines.ShouldContain("last");
    }

    [Fact]
    public async Task Output_OpenedByName_IsTheLog()
    {
        var (exit, output) = await machine.RunAsync("echo by name > /dev/stdout && echo as well > /proc/self/fd/2");

        exit.ExitCode.ShouldBe(0, output);
        output.Split('\n').ShouldBe(["by name", "as well"], ignoreOrder: true);
    }

    [Fact]
    public async Task Wait_NoSuchCommand_127AndReasonInLog()
    {
        var (exit, output) = await machine.RunAsync("", spec => spec with { Command = ["/no/such/program", "argument"] });

        exit.ExitCode.ShouldBe(127);
        output.ShouldContain("No such file or directory");
    }

    [Fact]
    public async Task Wait_KilledBySignal_128PlusSignal()
    {
        var (exit, _) = await machine.RunAsync("kill -SEGV $$");

        exit.ExitCode.ShouldBe(128 + 11);
    }

    [Fact]
    public async Task Wait_CalledAgainAfterTheEnd_SameAnswer()
    {
        var container = await machine.BashAsync("exit 3");

        var first = await container.WaitAsync(default);
        var second = await container.WaitAsync(default);

        second.ShouldBe(first);
        await container.DestroyAsync(default);
    }

    [Fact]
    public async Task Stop_ProgramListens_EndsByItself()
    {
        var container = await machine.BashAsync("trap 'echo bye; exit 5' TERM; echo ready; while true; do sleep 0.05; done");
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(container)).Contains("ready"));

        await container.StopAsync(TimeSpan.FromSeconds(10), default);

        (await container.WaitAsync(default)).ExitCode.ShouldBe(5);
        (await TestRuntime.OutputAsync(container)).ShouldContain("bye");
        await container.DestroyAsync(default);
    }

    // Without an init, sleep would be the first process of its namespace, which ignores SIGTERM.
    [Fact]
    public async Task Stop_ProgramWithoutHandler_EndsAtOnce()
    {
        var container = await machine.BashAsync("", spec => spec with { Command = ["/bin/sleep", "1000"] });
        await Eventually.TrueAsync(async () => (await container.StatsAsync(default)).Pids == 2);
        var watch = Stopwatch.StartNew();

        await container.StopAsync(TimeSpan.FromSeconds(10), default);

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        (await container.WaitAsync(default)).ExitCode.ShouldBe(128 + 15);
        await container.DestroyAsync(default);
    }

    [Fact]
    public async Task Stop_ProgramIgnoresIt_KilledWithAllItsChildrenAfterGrace()
    {
        var container = await machine.BashAsync("trap '' TERM; sleep 1000 & setsid sleep 1000 & echo ready; while true; do sleep 1; done");
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(container)).Contains("ready"));

        await container.StopAsync(TimeSpan.FromMilliseconds(200), default);

        (await container.WaitAsync(default)).ExitCode.ShouldBe(128 + 9);
        machine.Runtime.Cgroups.Processes(container.Handle).ShouldBeEmpty();
        await container.DestroyAsync(default);
    }

    [Fact]
    public async Task Destroy_Running_LeavesNothing()
    {
        var container = await machine.BashAsync("sleep 1000", spec => spec with { Ports = [new PortMapping(61901, 8080)] });

        await container.DestroyAsync(default);

        await machine.ShouldHaveNoTraceOfAsync(container.Handle);
        (await container.WaitAsync(default)).ExitCode.ShouldBe(128 + 9);
    }

    [Fact]
    public async Task Destroy_Twice_Harmless()
    {
        var container = await machine.BashAsync("sleep 1000");

        await Task.WhenAll(container.DestroyAsync(default), container.DestroyAsync(default));
        await container.DestroyAsync(default);
    }

    [Fact]
    public async Task Create_HandleInUse_Refused()
    {
        var container = await machine.BashAsync("sleep 1000");

        var error = await Should.ThrowAsync<ContainerException>(() => machine.BashAsync("true", spec => spec with { Handle = container.Handle }));

        error.Message.ShouldContain("exists already");
        (await container.StatsAsync(default)).Pids.ShouldBeGreaterThan(0);
        await container.DestroyAsync(default);
    }

    [Fact]
    public async Task Create_HandleOfDestroyedContainer_Works()
    {
        var first = await machine.BashAsync("echo one");
        await first.DestroyAsync(default);

        var (_, output) = await machine.RunAsync("echo two", spec => spec with { Handle = first.Handle });

        output.ShouldBe("two");
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("../../etc")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("--help")]
    [InlineData("a;reboot")]
    [InlineData("ａ")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task Create_HostileHandle_Refused(string handle)
    {
        var error = await Should.ThrowAsync<ContainerException>(() => machine.BashAsync("true", spec => spec with { Handle = handle }));

        error.Message.ShouldContain("is no handle");
    }

    [Fact]
    public async Task Create_RootFileSystemMissing_SaysSoAndLeavesNothing()
    {
        var spec = TestRuntime.Spec("true", spec => spec with { RootFileSystem = "/no/such/stack" });

        var error = await Should.ThrowAsync<ContainerException>(() => machine.Runtime.CreateAsync(spec, default));

        error.Message.ShouldContain("/no/such/stack");
        await machine.ShouldHaveNoTraceOfAsync(spec.Handle);
    }

    [Fact]
    public async Task Create_RuncRefuses_ItsWordsInTheErrorAndNothingLeft()
    {
        var spec = TestRuntime.Spec("true", spec => spec with { Binds = [new BindMount("/no/such/directory", "/mnt/x", ReadOnly: true)] });

        var error = await Should.ThrowAsync<ContainerException>(() => machine.Runtime.CreateAsync(spec, default));

        error.Message.ShouldContain(spec.Handle);
        error.Message.ShouldContain("/no/such/directory");
        await machine.ShouldHaveNoTraceOfAsync(spec.Handle);
    }

    [Fact]
    public async Task Create_CancelledInTheMiddle_LeavesNothing()
    {
        for (var delay = 5; delay <= 60; delay += 11)
        {
            var spec = TestRuntime.Spec("sleep 1000");
            using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(delay));
            try
            {
                var container = await machine.Runtime.CreateAsync(spec, cancel.Token);
                await container.DestroyAsync(default);
            }
            catch (OperationCanceledException)
            {
            }
            await machine.ShouldHaveNoTraceOfAsync(spec.Handle);
        }
    }

    [Fact]
    public async Task Create_ManyAtOnce_AllRun()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => machine.RunAsync($"echo {i}; exit {i}")));

        results.Select(result => result.Exit.ExitCode).ShouldBe(Enumerable.Range(0, 8));
        results.Select(result => result.Output).ShouldBe(Enumerable.Range(0, 8).Select(i => $"{i}"));
    }

    [Fact]
    public async Task Monitor_IsNoChildOfThisProcessNorInItsCgroupOrSession()
    {
        var container = await machine.BashAsync("sleep 1000");
        var pid = await File.ReadAllTextAsync(new Processes.ContainerPaths(machine.Options, container.Handle).MonitorPid);

        // After the name in parentheses: state, parent, process group, session.
        var stat = (await File.ReadAllTextAsync($"/proc/{pid}/stat")).Split(") ")[1].Split(' ');
        var ownSession = (await File.ReadAllTextAsync("/proc/self/stat")).Split(") ")[1].Split(' ')[3];
        stat[1].ShouldNotBe($"{Environment.ProcessId}");
        stat[3].ShouldNotBe(ownSession);
        (await File.ReadAllTextAsync($"/proc/{pid}/cgroup")).ShouldContain($"/tatara-{machine.Options.Id}/.monitors");
        await container.DestroyAsync(default);
    }

    [Fact]
    public async Task Wait_MonitorKilled_ContainerIsKilledAndReported()
    {
        var container = await machine.BashAsync("sleep 1000");
        var pid = int.Parse(await File.ReadAllTextAsync(new Processes.ContainerPaths(machine.Options, container.Handle).MonitorPid));

        Process.GetProcessById(pid).Kill();

        (await container.WaitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token)).ExitCode.ShouldBe(255);
        machine.Runtime.Cgroups.Processes(container.Handle).ShouldBeEmpty();
        await container.DestroyAsync(default);
        await machine.ShouldHaveNoTraceOfAsync(container.Handle);
    }
}
