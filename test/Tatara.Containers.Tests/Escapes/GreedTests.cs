namespace Tatara.Containers.Tests.Escapes;

/// <summary>Code that takes all it can get. What it cannot get is what its neighbours and the machine need.</summary>
public sealed class GreedTests(Neighbourhood street) : IClassFixture<Neighbourhood>
{
    [Fact]
    public async Task ForkBomb_StopsAtItsOwnLimit()
    {
        var bomb = await street.Machine.BashAsync("bomb() { bomb | bomb & }; bomb 2>/dev/null; sleep 1000");
        await Eventually.TrueAsync(async () => (await bomb.StatsAsync(default)).Pids == 64);

        await street.ShouldBeUnharmedAsync();
        await bomb.DestroyAsync(default);
        await street.Machine.ShouldHaveNoTraceOfAsync(bomb.Handle);
    }

    [Theory]
    // Memory, shared memory, pipes, names looked up in vain, connections nobody reads from.
    [InlineData("my @x; push @x, 'x' x 1_000_000 while 1", true)]
    [InlineData("for my $i (1 .. 20) { fork || do { open my $f, '>', \"/dev/shm/$i\"; print $f 'x' x 10_000_000; close $f; exit } } 1 while wait > 0; print 'full'; sleep 1000", false)]
    [InlineData("my @p; while (1) { pipe(my $r, my $w) or last; fcntl($w, 1031, 1 << 20); my $b = 'x' x 65536; $w->blocking(0); 1 while syswrite $w, $b; push @p, $r, $w } print 'full'; sleep 1000", false)]
    [InlineData("my $i = 0; for (1 .. 150_000) { stat '/home/vcap/' . ('n' x 200) . $i++ } print 'full'; sleep 1000", false)]
    [InlineData("use Socket; my @s; while (1) { socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0) or last; $a->blocking(0); 1 while syswrite $a, 'x' x 65536; push @s, $a, $b } print 'full'; sleep 1000", false)]
    public async Task MemoryBomb_IsPaidByItself(string program, bool ends)
    {
        const long limit = 48 << 20;
        var bomb = await street.Machine.BashAsync("", spec => spec with
        {
            Command = ["/usr/bin/perl", "-e", "use IO::Handle; $| = 1; " + program],
            Limits = spec.Limits with { MemoryBytes = limit },
        });

        // Most die; the rest stay within their limit, kernel memory included.
        if (ends) (await bomb.WaitAsync(default)).OutOfMemory.ShouldBeTrue();
        else await Task.WhenAny(bomb.WaitAsync(default), Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(bomb)).Contains("full")));

        (await bomb.StatsAsync(default)).MemoryBytes.ShouldBeLessThanOrEqualTo(limit);
        await street.ShouldBeUnharmedAsync();
        await bomb.DestroyAsync(default);
    }

    [Fact]
    public async Task DiskFill_EndsWithItsOwnDisk_AndItLives()
    {
        var (exit, output) = await street.Machine.RunAsync(
            "cd /tmp; truncate -s 1T sparse; head -c 1G /dev/zero > full; fallocate -l 1G /home/vcap/more; rm full; echo again > full && echo lives");

        exit.ExitCode.ShouldBe(0, output);
        output.ShouldContain("No space left on device");
        output.ShouldEndWith("lives");
        await street.ShouldBeUnharmedAsync();
    }

    [Fact]
    public async Task InodeFill_EndsWithItsOwnDisk_AndItLives()
    {
        var (exit, output) = await street.PerlAsync("""
            my $i = 0;
            while (open my $f, '>', "/tmp/f$i") { $i++ }
            print "$i files, then $!\n";
            unlink "/tmp/f$_" for 0 .. $i;
            open my $f, '>', '/tmp/again' and print "lives\n";
            """);

        exit.ExitCode.ShouldBe(0, output);
        output.ShouldContain("No space left on device");
        output.ShouldContain("lives");
        int.Parse(output.Split(' ')[0]).ShouldBeInRange(1000, 20_000);
        await street.ShouldBeUnharmedAsync();
    }

    [Fact]
    public async Task VeryDeepTree_IsRemovedWithTheContainer()
    {
        // Far beyond the longest path there can be: 4096 characters.
        var container = await street.Machine.BashAsync("", spec => spec with
        {
            Command = ["/usr/bin/perl", "-e", "$| = 1; my $n = 0; while (mkdir('deep', 0755) && chdir('deep')) { $n++ } print \"$n deep\\n\"; sleep 1000"],
        });
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(container)).Contains("deep"));

        int.Parse((await TestRuntime.OutputAsync(container)).Split(' ')[0]).ShouldBeGreaterThan(5000);
        await container.DestroyAsync(default);
        await street.Machine.ShouldHaveNoTraceOfAsync(container.Handle);
        await street.ShouldBeUnharmedAsync();
    }

    [Fact]
    public async Task OpenFiles_EveryProcessToItsLimit_LeavesTheMachineItsOwn()
    {
        var container = await street.Machine.BashAsync("", spec => spec with
        {
            Command = ["/usr/bin/perl", "-e", "$| = 1; for (1 .. 60) { fork or do { my @f; while (open my $f, '<', '/dev/null') { push @f, $f } print \"full: $!\\n\"; sleep 1000 } } sleep 1000"],
        });
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(container)).Split("Too many open files").Length == 61);

        await street.ShouldBeUnharmedAsync();
        await container.DestroyAsync(default);
    }

    [Fact]
    public async Task FileWatches_MoreThanAWholeMachineHasByDefault_LeaveEnoughForOthers()
    {
        var inotify = "syscall(`uname -m` =~ /x86/ ? 294 : 26, 0)";
        var greedy = await street.Machine.BashAsync("", spec => spec with
        {
            Command = ["/usr/bin/perl", "-e", $"$| = 1; my $n = 0; while ($n < 500 && {inotify} >= 0) {{ $n++ }} print \"$n taken\\n\"; sleep 1000"],
        });
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(greedy)).Contains("500 taken"));

        var (_, output) = await street.PerlAsync($"print {inotify} >= 0 ? 'got one' : $!");

        output.ShouldBe("got one");
        using (new FileSystemWatcher("/tmp") { EnableRaisingEvents = true })
            await greedy.DestroyAsync(default);
    }

    // The kernel counts them for the user that all apps are.
    [Fact]
    public async Task Pipes_ReservedByOne_LeaveOthersTheUsualSize()
    {
        var greedy = await street.Machine.BashAsync("", spec => spec with
        {
            Command = ["/usr/bin/perl", "-e", "$| = 1; my @p; for (1 .. 200) { pipe(my $r, my $w); fcntl($w, 1031, 1 << 20); push @p, $r, $w } print 'taken'; sleep 1000"],
        });
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(greedy)).Contains("taken"));

        var (_, output) = await street.PerlAsync("pipe(my $r, my $w); print fcntl($w, 1032, 0);");

        output.ShouldBe("65536");
        await greedy.DestroyAsync(default);
    }

    [Fact]
    public async Task AsynchronousRequests_AllOfAMachineByDefault_LeaveEnoughForOthers()
    {
        const string setup = "my $context = pack('Q', 0); print syscall(`uname -m` =~ /x86/ ? 206 : 0, 65000, $context) == 0 ? 'taken' : $!;";
        var greedy = await street.Machine.BashAsync("", spec => spec with { Command = ["/usr/bin/perl", "-e", $"$| = 1; {setup} sleep 1000"] });
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(greedy)).Contains("taken"));

        var (_, output) = await street.PerlAsync(setup);

        output.ShouldBe("taken");
        await greedy.DestroyAsync(default);
    }

    // The kernel counts them for the machine's root, the platform's own user, as well.
    [Fact]
    public async Task WaitingSignals_StopFarBelowWhatTheMachineAllowsItsRoot()
    {
        var (_, output) = await street.PerlAsync("""
            use POSIX;
            sigprocmask(SIG_BLOCK, POSIX::SigSet->new(40));
            kill 40, $$ for 1 .. 5000;
            open my $status, '<', '/proc/self/status';
            print grep /^SigQ/, <$status>;
            """);

        output.ShouldBe("SigQ:\t1024/1024");
        await street.ShouldBeUnharmedAsync();
    }

    [Fact]
    public async Task OutputWithoutLineEnd_HundredMegabytes_LogStaysBounded()
    {
        var container = await street.Machine.BashAsync("head -c 100M /dev/zero | tr '\\0' x");
        await container.WaitAsync(default);

        new FileInfo(container.LogFile).Length.ShouldBeLessThanOrEqualTo(street.Machine.Options.LogBytes + 8192);
        File.ReadLines(container.LogFile).Max(line => line.Length).ShouldBeLessThan(16 << 10);
        await street.ShouldBeUnharmedAsync();
        await container.DestroyAsync(default);
    }

    [Fact]
    public async Task Output_AsFastAsItCan_NeighbourGoesOn()
    {
        var flood = await street.Machine.BashAsync("yes & yes >&2 & yes | tr -d '\\n'");
        await Eventually.TrueAsync(() => Task.FromResult(new FileInfo(flood.LogFile).Length > 8 << 20));

        await street.ShouldBeUnharmedAsync();
        await flood.DestroyAsync(default);
        await street.Machine.ShouldHaveNoTraceOfAsync(flood.Handle);
    }

    [Fact]
    public async Task Priority_CannotBeRaised()
    {
        var (_, output) = await street.Machine.RunAsync(
            "chrt -f 1 true && echo realtime; chrt -r 1 true && echo realtime; nice -n -1 sh -c 'test $(nice) -lt 0' && echo nicer; cat /proc/self/oom_score_adj; echo -1 > /proc/self/oom_score_adj && echo spared");

        output.Split('\n').Where(line => !line.Contains("ermission") && !line.Contains("not permitted")).ShouldBe(["200"]);
    }
}
