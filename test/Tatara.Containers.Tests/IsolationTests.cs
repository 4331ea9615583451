namespace Tatara.Containers.Tests;

public sealed class IsolationTests(TestRuntime machine) : IClassFixture<TestRuntime>
{
    [Fact]
    public async Task Process_IsVcapWithoutAnyPrivilege()
    {
        var (_, output) = await machine.RunAsync("id; grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status; cat /proc/self/uid_map");

        output.ShouldContain("uid=2000(vcap) gid=2000(vcap) groups=2000(vcap)");
        foreach (var set in (string[])["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) output.ShouldContain($"{set}:\t0000000000000000");
        output.ShouldContain("NoNewPrivs:\t1");
        output.ShouldContain("Seccomp:\t2");
        output.ShouldMatch(@"0\s+1000000\s+65536");
    }

    // Each line: what is tried, and what must not have come of it.
    [Theory]
    [InlineData("mount -t tmpfs none /mnt")]
    [InlineData("unshare --user true")]
    [InlineData("unshare --net true")]
    [InlineData("mknod /tmp/sda b 8 0")]
    [InlineData("echo 1 > /proc/sys/kernel/sysrq")]
    [InlineData("echo x > /etc/passwd")]
    [InlineData("echo x > /usr/bin/ls")]
    [InlineData("echo x > /sys/fs/cgroup/memory/memory.limit_in_bytes")]
    [InlineData("echo $$ > /sys/fs/cgroup/cgroup.procs")]
    [InlineData("hostname other")]
    [InlineData("dmesg")]
    [InlineData("ip link set eth0 down")]
    [InlineData("ip addr add 10.0.0.1/8 dev eth0")]
    [InlineData("chroot / true")]
    [InlineData("kill -9 1; sleep 0.2; false")]
    [InlineData("test $(nice -n -5 nice) -lt $(nice)")]
    [InlineData("head -c1 /proc/kcore | grep -q .")]
    [InlineData("test -s /proc/keys")]
    [InlineData("ls /root")]
    [InlineData("date -s 2000-01-01")]
    public async Task Attempt_ToLeaveOrChangeTheMachine_Fails(string attempt)
    {
        var (exit, output) = await machine.RunAsync($"({attempt}); test $? -ne 0 && echo held");

        exit.ExitCode.ShouldBe(0, output);
        output.ShouldContain("held");
    }

    [Fact]
    public async Task Devices_AreTheHarmlessOnes()
    {
        var (_, output) = await machine.RunAsync("for f in /dev/* /dev/pts/*; do [ -b $f ] && echo block $f; [ -c $f ] && [ ! -L $f ] && echo -n \"$f \"; done; echo; head -c 4 /dev/zero | wc -c; head -c 4 /dev/urandom | wc -c; echo x > /dev/null && echo written");

        output.ShouldBe("/dev/full /dev/null /dev/random /dev/tty /dev/urandom /dev/zero /dev/pts/ptmx \n4\n4\nwritten");
    }

    [Fact]
    public async Task View_ShowsOwnProcessesHostNameAndCgroupOnly()
    {
        var (_, output) = await machine.RunAsync(
            "ps -e --no-headers | wc -l; hostname; grep -c . /proc/1/cgroup; grep -v ':/$' /proc/self/cgroup | wc -l; ls /sys/class 2>&1 | wc -l; ls -d /sys/fs/cgroup/*",
            spec => spec with { Handle = "my-own.name_1" });

        var lines = output.Split('\n');
        int.Parse(lines[0]).ShouldBeLessThan(6);
        lines[1].ShouldBe("my-own.name_1");
        lines[3].ShouldBe("0");
        output.ShouldNotContain("tatara");
    }

    [Fact]
    public async Task Runtimes_FindTheMemoryLimitWhereTheyLook()
    {
        var (_, output) = await machine.RunAsync("cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null; ls /sys/devices/system/cpu/online");

        output.ShouldContain($"{128 << 20}");
        output.ShouldContain("/sys/devices/system/cpu/online");
    }

    [Fact]
    public async Task Environment_IsWhatWasGivenAndNothingElse()
    {
        var (_, output) = await machine.RunAsync("", spec => spec with { Command = ["/usr/bin/env"], Environment = ["PATH=/bin", "HOME=/", "A=1 2", "MULTI=x\ny"] });

        output.Split('\n').ShouldBe(["PATH=/bin", "HOME=/", "A=1 2", "MULTI=x", "y"], ignoreOrder: true);
    }

    [Fact]
    public async Task Descriptors_AreThreeAndSigpipeIsNotIgnored()
    {
        // ls has a fourth open while it lists them.
        var (_, descriptors) = await machine.RunAsync("", spec => spec with { Command = ["/bin/ls", "/proc/self/fd"] });
        var (_, ignored) = await machine.RunAsync("", spec => spec with { Command = ["/bin/grep", "SigIgn", "/proc/self/status"] });

        descriptors.ShouldBe("0\n1\n2\n3");
        var mask = Convert.ToUInt64(ignored.Split('\t')[1], 16);
        (mask & (1 << (Sigpipe - 1))).ShouldBe(0UL);
    }

    private const int Sigpipe = 13;

    [Fact]
    public async Task Files_HomeAndTmpWritableLanguageAndTimeZonesThere()
    {
        var (exit, output) = await machine.RunAsync(
            "set -e; touch /home/vcap/app/a /home/vcap/b /tmp/c; stat -c %U /home/vcap /home/vcap/app/a; locale 2>&1 | grep -c en_US.UTF-8; TZ=Asia/Tokyo date +%Z; cat /etc/hosts /etc/resolv.conf; df -h /dev/shm | tail -1");

        exit.ExitCode.ShouldBe(0, output);
        output.ShouldStartWith("vcap\nvcap\n");
        output.ShouldContain("JST");
        output.ShouldContain("nameserver ");
        output.ShouldContain("64M");
        output.ShouldNotContain("Cannot set");
    }

    [Fact]
    public async Task Layers_TopmostWins_AndStaysUntouched()
    {
        var layers = Directory.CreateTempSubdirectory("tatara-layers-");
        foreach (var (layer, text) in (IEnumerable<(string, string)>)[("top", "top"), ("bottom", "bottom")])
        {
            var app = Path.Combine(layers.FullName, layer, "home/vcap/app");
            Directory.CreateDirectory(app);
            File.WriteAllText(Path.Combine(app, "which"), text);
            File.WriteAllText(Path.Combine(app, text), text);
            Linux.Ownership.MakeDirectory(app, 1_002_000, Linux.Ownership.Everyone);
        }

        var (exit, output) = await machine.RunAsync("cd /home/vcap/app; cat which; ls; rm top; echo new > new",
            spec => spec with { Layers = [Path.Combine(layers.FullName, "top"), Path.Combine(layers.FullName, "bottom")] });

        exit.ExitCode.ShouldBe(0, output);
        output.ShouldBe("topbottom\ntop\nwhich");
        Directory.GetFiles(Path.Combine(layers.FullName, "top/home/vcap/app")).Length.ShouldBe(2);
        layers.Delete(recursive: true);
    }

    [Fact]
    public async Task Binds_ReadOnlyAndWritable()
    {
        var directory = Directory.CreateTempSubdirectory("tatara-binds-");
        var input = directory.CreateSubdirectory("in").FullName;
        var output = directory.CreateSubdirectory("out").FullName;
        File.WriteAllText(Path.Combine(input, "file"), "hello");
        Linux.Ownership.MakeDirectory(output, 1_002_000, Linux.Ownership.Everyone);

        var (exit, text) = await machine.RunAsync("cat /mnt/in/file > /mnt/out/copy; touch /mnt/in/x 2>/dev/null || echo read-only",
            spec => spec with { Binds = [new BindMount(input, "/mnt/in", ReadOnly: true), new BindMount(output, "/mnt/out", ReadOnly: false)] });

        exit.ExitCode.ShouldBe(0, text);
        text.ShouldBe("read-only");
        File.ReadAllText(Path.Combine(output, "copy")).ShouldBe("hello");
        directory.Delete(recursive: true);
    }
}
