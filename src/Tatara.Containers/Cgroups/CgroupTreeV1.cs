namespace Tatara.Containers.Cgroups;

/// <summary>One hierarchy for each controller.</summary>
internal sealed class CgroupTreeV1(string root, string group) : CgroupTree(root, group)
{
    // cpuset is left out: a process cannot enter a group of it before its processors are set.
    private static readonly string[] Controllers = ["memory", "pids", "cpu", "cpuacct", "systemd", "unified"];

    public override bool SwapAccounting => File.Exists(Path.Combine(Root, "memory", "memory.memsw.limit_in_bytes"));

    protected override IEnumerable<string> Hierarchies => Controllers.Select(name => Path.Combine(Root, name)).Where(Directory.Exists);

    public override CgroupUsage? Usage(string handle)
    {
        var memory = Number(FileOf("memory", handle, "memory.usage_in_bytes"));
        var cpu = Number(FileOf("cpuacct", handle, "cpuacct.usage"));
        if (memory is null || cpu is null) return null;
        var cache = Number(FileOf("memory", handle, "memory.stat"), "total_inactive_file") ?? 0;
        var pids = Number(FileOf("pids", handle, "pids.current")) ?? 0;
        return new CgroupUsage(TimeSpan.FromMicroseconds(cpu.Value / 1000), Math.Max(0, memory.Value - cache), (int)pids);
    }

    public override long OutOfMemoryKills(string handle) => Number(FileOf("memory", handle, "memory.oom_control"), "oom_kill") ?? 0;

    private string FileOf(string controller, string handle, string name) => Path.Combine(Root, controller, Group, handle, name);
}
