using System.Runtime.InteropServices;

namespace Tatara.Containers.Tests.Escapes;

/// <summary>Code that asks the kernel for what would lead out of a container, or deep into the kernel.</summary>
public sealed class KernelTests(Neighbourhood street) : IClassFixture<Neighbourhood>
{
    private const int NotPermitted = 1;

    /// <summary>Numbers on x86-64 and arm64.</summary>
    private static readonly Dictionary<string, (int X64, int Arm64)> Calls = new()
    {
        ["mount"] = (165, 40),
        ["umount2"] = (166, 39),
        ["pivot_root"] = (155, 41),
        ["unshare"] = (272, 97),
        ["setns"] = (308, 268),
        ["chroot"] = (161, 51),
        ["open_tree"] = (428, 428),
        ["move_mount"] = (429, 429),
        ["fsopen"] = (430, 430),
        ["fsmount"] = (432, 432),
        ["mount_setattr"] = (442, 442),
        ["bpf"] = (321, 280),
        ["perf_event_open"] = (298, 241),
        ["userfaultfd"] = (323, 282),
        ["io_uring_setup"] = (425, 425),
        ["io_uring_enter"] = (426, 426),
        ["io_uring_register"] = (427, 427),
        ["add_key"] = (248, 217),
        ["request_key"] = (249, 218),
        ["keyctl"] = (250, 219),
        ["init_module"] = (175, 105),
        ["finit_module"] = (313, 273),
        ["delete_module"] = (176, 106),
        ["kexec_load"] = (246, 104),
        ["swapon"] = (167, 224),
        ["swapoff"] = (168, 225),
        ["acct"] = (163, 89),
        ["syslog"] = (103, 116),
        ["quotactl"] = (179, 60),
        ["clock_settime"] = (227, 112),
        ["settimeofday"] = (164, 170),
        ["open_by_handle_at"] = (304, 265),
        ["pidfd_getfd"] = (438, 438),
        ["move_pages"] = (279, 239),
        ["mbind"] = (237, 235),
        ["fanotify_init"] = (300, 262),
        ["vhangup"] = (153, 58),
    };

    private static int Number(string call) => RuntimeInformation.OSArchitecture == Architecture.Arm64 ? Calls[call].Arm64 : Calls[call].X64;

    // Arguments are zeroes, which most of these would answer with something else than "not permitted".
    [Fact]
    public async Task SystemCalls_OfTheMachinesOwner_NotPermitted()
    {
        var table = string.Join(", ", Calls.Keys.Select(call => $"{call} => {Number(call)}"));

        var (exit, output) = await street.PerlAsync($$"""
            my %calls = ({{table}});
            for (sort keys %calls) { $! = 0; my $r = syscall($calls{$_}, 0, 0, 0, 0, 0); print "$_ ", $r < 0 ? $! + 0 : 'done', "\n" }
            """);

        exit.ExitCode.ShouldBe(0, output);
        output.Split('\n').ShouldBe(Calls.Keys.Order(StringComparer.Ordinal).Select(call => $"{call} {NotPermitted}"));
        await street.ShouldBeUnharmedAsync();
    }

    // The smallest 32-bit program: exit(42) by int 0x80. A kernel without that entry does not even start it.
    [Fact]
    public async Task SystemCalls_Of32Bits_KillTheProgram()
    {
        const string program = "7f454c4601010100000000000000000002000300010000005480040834000000000000000000000034002000010000000000000001000000000000000080040800800408"
            + "600000006000000005000000001000" + "00b801000000bb2a000000cd80";
        var (_, output) = await street.Machine.RunAsync($"""
            file=$(mktemp) && perl -e 'print pack("H*", "{program}")' >$file && chmod +x $file
            exec 2>/dev/null
            $file
            echo "ended with $?"
            """);

        output.ShouldBeOneOf("ended with 159", "ended with 126");
        await street.ShouldBeUnharmedAsync();
    }

    [Fact]
    public async Task Clone_WithANewNamespace_NotPermitted_AndClone3IsNotThere()
    {
        var clone = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? 220 : 56;
        // Users, mounts, UTS, IPC, processes, network, cgroups; the child, if there were one, says nothing and ends.
        var (_, output) = await street.PerlAsync($$"""
            for my $flag (0x10000000, 0x20000, 0x4000000, 0x8000000, 0x20000000, 0x40000000, 0x2000000) {
              $! = 0; my $r = syscall({{clone}}, $flag | 17, 0, 0, 0, 0); POSIX::_exit(0) if $r == 0; print $r < 0 ? $! + 0 : 'done', ' ';
            }
            $! = 0; print syscall(435, 0, 0) < 0 ? $! + 0 : 'done';
            """.Replace("for my", "use POSIX; for my", StringComparison.Ordinal));

        output.ShouldBe("1 1 1 1 1 1 1 38");
    }

    // AF_INET raw, AF_PACKET, AF_ALG, AF_VSOCK, AF_XDP, AF_KEY, AF_BLUETOOTH, AF_RDS, AF_TIPC, AF_CAN; then what every program uses.
    [Fact]
    public async Task Sockets_RawAndExotic_Refused_OrdinaryOnesThere()
    {
        var (_, output) = await street.PerlAsync("""
            for ([2, 3, 1], [2, 3, 255], [10, 3, 58], [17, 3, 0x300], [17, 2, 0], [38, 5, 0], [40, 1, 0], [44, 3, 0], [15, 3, 2], [31, 1, 0], [21, 5, 0], [30, 1, 0], [29, 3, 1]) {
              print socket(my $s, $_->[0], $_->[1], $_->[2]) ? "open @$_\n" : '';
            }
            for ([1, 1, 0], [2, 1, 0], [2, 2, 0], [10, 1, 0], [16, 3, 0]) { print socket(my $s, $_->[0], $_->[1], $_->[2]) ? 'fine ' : "@$_: $! " }
            """);

        output.ShouldBe("fine fine fine fine fine ");
    }

    [Fact]
    public async Task KernelSettings_NoneCanBeWritten()
    {
        var (exit, output) = await street.Machine.RunAsync("""
            find /proc/sys /sys /proc/irq /proc/bus /proc/fs /proc/sysrq-trigger -writable -not -type l 2>/dev/null
            for file in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/vm/overcommit_memory /proc/sys/fs/binfmt_misc/register \
                /proc/sys/net/ipv4/ip_forward /proc/sys/user/max_user_namespaces /proc/sysrq-trigger /sys/kernel/uevent_helper /proc/self/uid_map /proc/self/setgroups \
                /sys/kernel/mm/transparent_hugepage/enabled /proc/self/attr/current /proc/1/oom_adj; do
              (echo 1 > $file) 2>/dev/null && echo "wrote $file"
            done
            for directory in /sys/fs/cgroup /sys/fs/cgroup/*; do
              mkdir $directory/mine 2>/dev/null && echo "made $directory/mine"
              (echo 0 > $directory/cgroup.procs) 2>/dev/null && echo "left by $directory"
              (echo /tmp/x > $directory/release_agent) 2>/dev/null && echo "agent in $directory"
            done
            echo end
            """);

        exit.ExitCode.ShouldBe(0, output);
        output.ShouldBe("end");
    }

    [Fact]
    public async Task KernelSecrets_NoneCanBeRead()
    {
        var (_, output) = await street.Machine.RunAsync("""
            for file in /proc/kcore /proc/keys /proc/key-users /proc/kallsyms /proc/modules /proc/timer_list /proc/sched_debug /proc/interrupts /proc/diskstats /proc/partitions \
                /proc/swaps /proc/kmsg /proc/slabinfo /proc/vmallocinfo /proc/kpageflags /proc/1/stack /proc/self/stack /dev/mem /dev/kmsg /dev/port /sys/firmware /sys/class /sys/block /sys/kernel/debug /sys/kernel/security; do
              [ -d $file ] && [ -n "$(ls -A $file 2>/dev/null)" ] && echo "listed $file"
              [ -f $file ] || [ -c $file ] && [ -n "$(head -c 16 $file 2>/dev/null | tr -d '\0')" ] && echo "read $file"
            done
            echo end
            """);

        output.ShouldBe("end");
    }

    [Fact]
    public async Task Devices_CannotBeMadeNorOpened()
    {
        var (_, output) = await street.Machine.RunAsync("""
            cd /home/vcap
            for device in "b 7 0" "b 8 0" "b 254 0" "c 1 1" "c 1 11" "c 10 229" "c 10 200" "c 10 232" "c 5 1" "c 1 3"; do
              mknod device $device 2>/dev/null && echo "made $device"; rm -f device
            done
            mkfifo pipe && echo "a pipe is fine"
            for device in /dev/fuse /dev/kvm /dev/net/tun /dev/loop-control /dev/loop0 /dev/vda /dev/sda /dev/console /dev/mapper/control /dev/btrfs-control; do
              [ -e $device ] && echo "there is $device"
            done
            """);

        output.ShouldBe("a pipe is fine");
    }

    [Fact]
    public async Task SetUserId_OfNoUse()
    {
        var (_, output) = await street.Machine.RunAsync("""
            cp /bin/bash /tmp/mine; chmod 6755 /tmp/mine; /tmp/mine -p -c 'id -u; id -g'
            chown root /tmp/mine 2>/dev/null && echo given; chgrp root /tmp/mine 2>/dev/null && echo given
            perl -e '$> = 0; $< = 0; print "became root\n" if $> == 0 || $< == 0'
            setpriv --reuid 0 true 2>/dev/null && echo reuid; su -c true </dev/null 2>/dev/null && echo su
            setcap cap_net_raw+ep /tmp/mine 2>/dev/null && echo capability
            unshare -r true 2>/dev/null && echo namespace; capsh --print 2>/dev/null | grep -i 'current: =.*cap_' && echo capable
            find / -xdev -perm /6000 -not -path '/tmp/*' -not -path '/proc/*' 2>/dev/null
            echo end
            """);

        output.ShouldBe("2000\n2000\nend");
    }

    [Fact]
    public async Task Ptrace_OfOthers_FindsNobody_OfOwnChildrenWorks()
    {
        var ptrace = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? 117 : 101;
        const int seize = 0x4206;

        var (_, output) = await street.PerlAsync($$"""
            for my $pid ({{street.NeighbourPid}}, {{Environment.ProcessId}}) { $! = 0; print syscall({{ptrace}}, {{seize}}, $pid, 0, 0) < 0 ? "$!\n" : "attached\n" }
            my $child = fork || do { sleep 1000; exit };
            print syscall({{ptrace}}, {{seize}}, $child, 0, 0) < 0 ? "$!\n" : "attached\n";
            kill 9, $child;
            """);

        output.ShouldBe("No such process\nNo such process\nattached");
        await street.ShouldBeUnharmedAsync();
    }

    [Fact]
    public async Task Signals_ToEverybody_ReachNobodyElse()
    {
        var (exit, _) = await street.Machine.RunAsync($"kill -9 {street.NeighbourPid} 2>/dev/null; kill -9 -1; kill -TERM 1; kill -9 $$");

        // Its init cannot be killed from inside; it ends with the app.
        exit.ExitCode.ShouldBeOneOf(128 + 9, 128 + 15);
        await street.ShouldBeUnharmedAsync();
    }
}
