namespace Tatara.Containers.Cgroups;

/// <summary>One hierarchy for all controllers.</summary>
internal sealed class CgroupTreeV2(string root, string group) : CgroupTree(root, group)
{
    // The root has no memory files of its own, so it takes any cgroup below it to know.
    public override bool SwapAccounting =>
        !Directory.EnumerateDirectories(Root).Any(child => File.Exists(Path.Combine(child, "memory.max")) && !File.Exists(Path.Combine(child, "memory.swap.max")));

    protected override IEnumerable<string> Hierarchies => [Root];

    public override CgroupUsage? Usage(string handle)
    {
        var memory = Number(FileOf(handle, "memory.current"));
        var cpu = Number(FileOf(handle, "cpu.stat"), "usage_usec");
        if (memory is null || cpu is null) return null;
        var cache = Number(FileOf(handle, "memory.stat"), "inactive_file") ?? 0;
        var pids = Number(FileOf(handle, "pids.current")) ?? 0;
        return new CgroupUsage(TimeSpan.FromMicroseconds(cpu.Value), Math.Max(0, memory.Value - cache), (int)pids);
    }

    public override long OutOfMemoryKills(string handle) => Number(FileOf(handle, "memory.events"), "oom_kill") ?? 0;

    private string FileOf(string handle, string name) => Path.Combine(Root, Group, handle, name);
}
