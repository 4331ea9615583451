using Tatara.Containers.Cgroups;

namespace Tatara.Containers.Tests.Cgroups;

/// <summary>Reads trees as kernels have shown them.</summary>
public sealed class CgroupTreeTests : IDisposable
{
    private const string Group = "tatara-abc";
    private readonly string _root = Directory.CreateTempSubdirectory("tatara-cgroups-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void V2_RunningContainer_UsageAndPids()
    {
        var tree = RecordedV2();

        tree.ShouldBeOfType<CgroupTreeV2>();
        tree.SwapAccounting.ShouldBeTrue();
        tree.Usage("app").ShouldBe(new CgroupUsage(TimeSpan.FromMicroseconds(1834521), 73_400_320 - 20_971_520, 7));
        tree.OutOfMemoryKills("app").ShouldBe(0);
        tree.Processes("app").ShouldBe([4711, 4712]);
        tree.List().ShouldBe(["app"]);
        tree.PathOf("app").ShouldBe("/tatara-abc/app");
    }

    [Fact]
    public void V2_OutOfMemory_CountsKillsNotEvents()
    {
        var tree = RecordedV2();
        Write("tatara-abc/app/memory.events", "low 0\nhigh 0\nmax 212\noom 3\noom_kill 2\noom_group_kill 0\n");

        tree.OutOfMemoryKills("app").ShouldBe(2);
    }

    [Fact]
    public void V2_KernelWithoutSwapAccounting_IsNoticed()
    {
        var tree = RecordedV2();
        File.Delete(Path.Combine(_root, "system.slice/memory.swap.max"));

        tree.SwapAccounting.ShouldBeFalse();
    }

    [Fact]
    public void V2_NoSuchContainer_NoUsage()
    {
        var tree = RecordedV2();

        tree.Usage("other").ShouldBeNull();
        tree.OutOfMemoryKills("other").ShouldBe(0);
        tree.Processes("other").ShouldBeEmpty();
    }

    [Fact]
    public void V1_RunningContainer_UsageAndPids()
    {
        var tree = RecordedV1();

        tree.ShouldBeOfType<CgroupTreeV1>();
        tree.SwapAccounting.ShouldBeTrue();
        tree.Usage("app").ShouldBe(new CgroupUsage(TimeSpan.FromMicroseconds(1834521), 73_400_320 - 20_971_520, 7));
        tree.OutOfMemoryKills("app").ShouldBe(2);
        tree.List().ShouldBe(["app"]);
    }

    [Fact]
    public void V1_WithoutMemswFiles_NoSwapAccounting()
    {
        var tree = RecordedV1();
        File.Delete(Path.Combine(_root, "memory/memory.memsw.limit_in_bytes"));

        tree.SwapAccounting.ShouldBeFalse();
    }

    [Fact]
    public void AddMonitor_V1_EntersEveryHierarchyButCpuset()
    {
        var tree = RecordedV1();
        Write("cpuset/cgroup.procs", "");

        tree.AddMonitor(99);

        File.ReadAllText(Path.Combine(_root, "memory/tatara-abc/.monitors/cgroup.procs")).ShouldBe("99");
        File.ReadAllText(Path.Combine(_root, "systemd/tatara-abc/.monitors/cgroup.procs")).ShouldBe("99");
        Directory.Exists(Path.Combine(_root, "cpuset/tatara-abc")).ShouldBeFalse();
    }

    private CgroupTree RecordedV2()
    {
        Write("cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma misc\n");
        Write("system.slice/memory.max", "max\n");
        Write("system.slice/memory.swap.max", "max\n");
        Write("init.scope/cgroup.procs", "1\n");
        Write("tatara-abc/.monitors/cgroup.procs", "4700\n");
        Write("tatara-abc/app/memory.current", "73400320\n");
        Write("tatara-abc/app/memory.stat", "anon 41943040\nfile 29360128\nkernel 2097152\ninactive_anon 41938944\nactive_anon 4096\ninactive_file 20971520\nactive_file 8388608\n");
        Write("tatara-abc/app/memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n");
        Write("tatara-abc/app/cpu.stat", "usage_usec 1834521\nuser_usec 1500000\nsystem_usec 334521\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n");
        Write("tatara-abc/app/pids.current", "7\n");
        Write("tatara-abc/app/cgroup.procs", "4711\n4712\n");
        return CgroupTree.Detect(Group, _root);
    }

    private CgroupTree RecordedV1()
    {
        Write("unified/cgroup.controllers", "");
        Write("systemd/cgroup.procs", "1\n");
        Write("memory/memory.memsw.limit_in_bytes", "9223372036854771712\n");
        Write("memory/tatara-abc/app/memory.usage_in_bytes", "73400320\n");
        Write("memory/tatara-abc/app/memory.stat", "cache 29360128\nrss 41943040\ninactive_file 1\ntotal_cache 29360128\ntotal_inactive_file 20971520\n");
        Write("memory/tatara-abc/app/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        Write("cpuacct/tatara-abc/app/cpuacct.usage", "1834521077\n");
        Write("pids/tatara-abc/app/pids.current", "7\n");
        return CgroupTree.Detect(Group, _root);
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
