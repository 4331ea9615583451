using System.Globalization;

namespace Tatara.Containers.Cgroups;

/// <summary>The kernel's accounting of containers, whichever of its two versions the machine has.</summary>
internal abstract class CgroupTree(string root, string group)
{
    public const string DefaultRoot = "/sys/fs/cgroup";

    /// <summary>No container can have this name.</summary>
    private const string Monitors = ".monitors";

    protected string Root { get; } = root;

    /// <summary>Directory, in every hierarchy, of all that one runtime has.</summary>
    protected string Group { get; } = group;

    /// <summary>Whether the kernel can limit swap; where it cannot, asking for it is an error.</summary>
    public abstract bool SwapAccounting { get; }

    /// <summary>Top directories that hold cgroups.</summary>
    protected abstract IEnumerable<string> Hierarchies { get; }

    /// <param name="root">Where cgroups are mounted; a hybrid machine (version 1 with an empty version 2 beside it) counts as version 1.</param>
    public static CgroupTree Detect(string group, string root = DefaultRoot) =>
        File.Exists(Path.Combine(root, "cgroup.controllers")) ? new CgroupTreeV2(root, group) : new CgroupTreeV1(root, group);

    /// <summary>As the OCI specification wants it.</summary>
    public string PathOf(string handle) => $"/{Group}/{handle}";

    /// <summary>What the container uses; null when it has no cgroup any more.</summary>
    public abstract CgroupUsage? Usage(string handle);

    /// <summary>How many of its processes the kernel has killed because it was out of memory.</summary>
    public abstract long OutOfMemoryKills(string handle);

    public void AddMonitor(int pid)
    {
        foreach (var hierarchy in Hierarchies)
        {
            var directory = Path.Combine(hierarchy, Group, Monitors);
            Directory.CreateDirectory(directory);
            File.WriteAllText(Path.Combine(directory, "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Containers that have a cgroup.</summary>
    public IReadOnlyList<string> List() =>
        [.. Hierarchies.Select(hierarchy => Path.Combine(hierarchy, Group)).Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories).Select(path => Path.GetFileName(path)).Where(name => name != Monitors).Distinct()];

    /// <summary>Process ids in the container's cgroup.</summary>
    public IReadOnlyList<int> Processes(string handle) =>
        [.. Hierarchies.Select(hierarchy => Path.Combine(hierarchy, Group, handle, "cgroup.procs")).Where(File.Exists)
            .SelectMany(File.ReadLines).Select(int.Parse).Distinct()];

    /// <summary>Removes a container's cgroup, which must be empty.</summary>
    public void Remove(string handle)
    {
        foreach (var hierarchy in Hierarchies) RemoveDirectory(Path.Combine(hierarchy, Group, handle));
    }

    /// <summary>Removes what is left of the runtime when the last container is gone.</summary>
    public void RemoveAll()
    {
        foreach (var hierarchy in Hierarchies)
        {
            RemoveDirectory(Path.Combine(hierarchy, Group, Monitors));
            RemoveDirectory(Path.Combine(hierarchy, Group));
        }
    }

    /// <summary>The number in a file that holds nothing else; null when there is no such file.</summary>
    protected static long? Number(string path) => ReadLines(path).FirstOrDefault() is { } line && long.TryParse(line, out var number) ? number : null;

    /// <summary>The number after a name, in a file of "name number" lines.</summary>
    protected static long? Number(string path, string name)
    {
        foreach (var line in ReadLines(path))
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] == ' ')
                return long.TryParse(line.AsSpan(name.Length + 1), out var number) ? number : null;
        return null;
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (IOException)
        {
            // The container ended meanwhile: ENODEV, or no such file.
            return [];
        }
    }

    private static void RemoveDirectory(string path)
    {
        if (!Directory.Exists(path)) return;
        // The files in it are the kernel's; only rmdir works, children first.
        foreach (var child in Directory.EnumerateDirectories(path)) RemoveDirectory(child);
        Directory.Delete(path, recursive: false);
    }
}

/// <summary>What the processes of a cgroup use.</summary>
/// <param name="MemoryBytes">Without page cache that was not touched lately.</param>
internal sealed record CgroupUsage(TimeSpan CpuTime, long MemoryBytes, int Pids);
