using Tatara.Containers.Oci;
using Tatara.Containers.Rules;

namespace Tatara.Containers.Tests.Rules;

public sealed class KernelRuleTests
{
    [Fact]
    public void UserNamespace_EveryUserIsShifted()
    {
        var linux = RuleTest.Apply(new UserNamespaceRule()).Linux;

        linux.Namespaces.ShouldBe([new OciNamespace("user")]);
        linux.UidMappings.ShouldBe([new OciIdMapping(0, 1_000_000, 65536)]);
        linux.GidMappings.ShouldBe(linux.UidMappings);
    }

    [Fact]
    public void Namespaces_AllOwnAndNetworkGiven()
    {
        var spec = RuleTest.Apply(new NamespacesRule());

        spec.Linux.Namespaces.Select(space => space.Type).ShouldBe(["pid", "mount", "uts", "ipc", "cgroup", "network"]);
        spec.Linux.Namespaces[^1].Path.ShouldBe("/run/netns/tatara-abc-1");
        spec.Hostname.ShouldBe("app-1");
    }

    [Fact]
    public void Namespaces_LongHandle_HostNameIsShorter()
    {
        var context = RuleTest.Context with { Container = RuleTest.Context.Container with { Handle = new string('a', 64) } };

        RuleTest.Apply(new NamespacesRule(), context).Hostname.Length.ShouldBe(63);
    }

    [Fact]
    public void Cgroup_LimitsAreTheSpecs()
    {
        var linux = RuleTest.Apply(new CgroupRule()).Linux;

        linux.CgroupsPath.ShouldBe("/tatara-abc/app-1");
        linux.Resources.Memory.ShouldBe(new OciMemory(64 << 20, 64 << 20));
        linux.Resources.Cpu.ShouldBe(new OciCpu(128));
        linux.Resources.Pids.ShouldBe(new OciPids(512));
    }

    [Fact]
    public void Cgroup_KernelWithoutSwapAccounting_IsNotAskedForIt() =>
        RuleTest.Apply(new CgroupRule(), RuleTest.Context with { SwapAccounting = false }).Linux.Resources.Memory.ShouldBe(new OciMemory(64 << 20, null));

    [Fact]
    public void Devices_DeniedByDefault() =>
        RuleTest.Apply(new DevicesRule()).Linux.Resources.Devices.ShouldBe([new OciDeviceRule(Allow: false, Access: "rwm")]);

    [Theory]
    [InlineData("mount")]
    [InlineData("umount2")]
    [InlineData("pivot_root")]
    [InlineData("unshare")]
    [InlineData("setns")]
    [InlineData("bpf")]
    [InlineData("keyctl")]
    [InlineData("add_key")]
    [InlineData("perf_event_open")]
    [InlineData("io_uring_setup")]
    [InlineData("userfaultfd")]
    [InlineData("init_module")]
    [InlineData("finit_module")]
    [InlineData("kexec_load")]
    [InlineData("reboot")]
    [InlineData("swapon")]
    [InlineData("open_by_handle_at")]
    [InlineData("clock_settime")]
    [InlineData("quotactl")]
    [InlineData("request_key")]
    [InlineData("io_uring_enter")]
    [InlineData("io_uring_register")]
    [InlineData("fsopen")]
    [InlineData("fsmount")]
    [InlineData("move_mount")]
    [InlineData("open_tree")]
    [InlineData("mount_setattr")]
    [InlineData("fanotify_init")]
    [InlineData("pidfd_getfd")]
    [InlineData("process_madvise")]
    [InlineData("move_pages")]
    [InlineData("mbind")]
    [InlineData("iopl")]
    [InlineData("ioperm")]
    [InlineData("syslog")]
    [InlineData("acct")]
    [InlineData("chroot")]
    [InlineData("delete_module")]
    [InlineData("lookup_dcookie")]
    [InlineData("socketcall")]
    public void Seccomp_DangerousCall_NotInTheList(string call)
    {
        var seccomp = RuleTest.Apply(new SeccompRule()).Linux.Seccomp.ShouldNotBeNull();

        seccomp.DefaultAction.ShouldBe("SCMP_ACT_ERRNO");
        seccomp.Syscalls.Where(rule => rule.Action == "SCMP_ACT_ALLOW").SelectMany(rule => rule.Names).ShouldNotContain(call);
    }

    [Fact]
    public void Seccomp_Sockets_OfFourFamiliesOnly()
    {
        var seccomp = RuleTest.Apply(new SeccompRule()).Linux.Seccomp.ShouldNotBeNull();

        var sockets = seccomp.Syscalls.Where(rule => rule.Names.Contains("socket")).ToList();
        sockets.ShouldAllBe(rule => rule.Args != null && rule.Args.Count == 1 && rule.Args[0].Index == 0 && rule.Args[0].Op == "SCMP_CMP_EQ");
        sockets.Select(rule => rule.Args![0].Value).ShouldBe([1UL, 2UL, 10UL, 16UL]);
        seccomp.Architectures.ShouldHaveSingleItem().ShouldBeOneOf("SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64");
    }

    [Fact]
    public void Seccomp_Clone_OnlyWithoutNewNamespaces()
    {
        var seccomp = RuleTest.Apply(new SeccompRule()).Linux.Seccomp.ShouldNotBeNull();

        var clone = seccomp.Syscalls.Single(rule => rule.Names.Contains("clone"));
        clone.Args.ShouldNotBeNull().ShouldHaveSingleItem().ShouldBe(new OciSyscallArgument(0, 0x7E020000, "SCMP_CMP_MASKED_EQ", 0));
        seccomp.Syscalls.Single(rule => rule.Names.Contains("clone3")).ShouldBe(new OciSyscall(["clone3"], "SCMP_ACT_ERRNO", 38), new SameCall());
    }

    [Fact]
    public void Seccomp_NoCallIsNamedTwice()
    {
        var names = RuleTest.Apply(new SeccompRule()).Linux.Seccomp!.Syscalls[0].Names;

        names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();
    }

    [Fact]
    public void Builder_AppliesEveryRuleThereIs()
    {
        var spec = SpecBuilder.Build(RuleTest.Context);

        spec.Linux.Namespaces.Count.ShouldBe(7);
        spec.Linux.Seccomp.ShouldNotBeNull();
        spec.Process.Capabilities.ShouldNotBeNull();
        spec.Process.Args.ShouldNotBeEmpty();
        spec.Linux.MaskedPaths.ShouldNotBeEmpty();
        spec.Linux.Resources.Devices.ShouldNotBeEmpty();
    }

    private sealed class SameCall : IEqualityComparer<OciSyscall>
    {
        public bool Equals(OciSyscall? x, OciSyscall? y) => x!.Names.SequenceEqual(y!.Names) && x.Action == y.Action && x.ErrnoRet == y.ErrnoRet;

        public int GetHashCode(OciSyscall call) => call.Names[0].GetHashCode(StringComparison.Ordinal);
    }
}
