using Tatara.Containers.Oci;

namespace Tatara.Containers.Rules;

/// <summary>Kernel file systems and shared memory.</summary>
internal sealed class MountsRule : ISpecRule
{
    private static readonly OciMount[] Mounts =
    [
        new("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]),
        new("/dev", "tmpfs", "tmpfs", ["nosuid", "noexec", "strictatime", "mode=755", "size=64k"]),
        new("/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
        // Counts as the container's memory.
        new("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=64m"]),
        new("/run", "tmpfs", "tmpfs", ["nosuid", "nodev", "noexec", "mode=755", "size=1m"]),
        // A user namespace may mount sysfs only when it owns the network namespace, which here is made beforehand.
        // So /sys holds what runtimes look for (JVM, .NET, Go, jemalloc) and nothing else of the machine.
        new("/sys", "tmpfs", "tmpfs", ["nosuid", "noexec", "nodev", "mode=755", "size=64k"]),
        new("/sys/fs/cgroup", "cgroup", "cgroup", ["nosuid", "noexec", "nodev", "relatime", "ro"]),
        .. FromMachine("/sys/devices/system/cpu", "/sys/kernel/mm/transparent_hugepage"),
    ];

    public void Apply(OciSpec spec, SpecContext context) => spec.Mounts.AddRange(Mounts);

    private static IEnumerable<OciMount> FromMachine(params string[] directories) =>
        directories.Where(Directory.Exists).Select(directory => new OciMount(directory, "bind", directory, ["bind", "ro", "nosuid", "noexec", "nodev"]));
}
