using Tatara.Containers.Linux;

namespace Tatara.Containers.Disks;

/// <summary>A container's root: its own writable layer over the droplet over the stack.</summary>
internal sealed class Overlay(ContainerRuntimeOptions options)
{
    private const int VcapId = 2000;

    /// <summary>Lays what <see cref="MakeUpper"/> made over the layers and the stack.</summary>
    public void Mount(ContainerSpec spec, string disk, string target)
    {
        var work = Path.Combine(disk, "work");
        Directory.CreateDirectory(work);
        Ownership.MakeDirectory(target, options.UserIdBase, Ownership.Everyone);
        Mounts.Mount("overlay", target, "overlay", Libc.MountFlags.NoSetUserId | Libc.MountFlags.NoDevices | Libc.MountFlags.NoAccessTime, MountData(spec, UpperOf(disk), work));
    }

    // volatile: fsync costs nothing, for a writable layer is never mounted a second time.
    internal static string MountData(ContainerSpec spec, string upper, string work) =>
        $"lowerdir={string.Join(':', (string[])[.. spec.Layers.Select(RealPath), RealPath(spec.RootFileSystem)])},upperdir={upper},workdir={work},volatile";

    /// <summary>A stack's name may be a link that a newer build replaces; a container stays on the one it has started with.</summary>
    private static string RealPath(string path)
    {
        var real = new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        if (!Directory.Exists(real)) throw new ContainerException($"{path} is not a directory");
        if (real.AsSpan().IndexOfAny(":,\\\"") >= 0) throw new ContainerException($"{real} has a character in its name that overlayfs cannot take");
        return real;
    }

    /// <summary>Makes the writable layer with what every container finds in it; returns its directory.</summary>
    public string MakeUpper(ContainerSpec spec, IReadOnlyList<string> nameServers, string address, string disk)
    {
        var upper = UpperOf(disk);
        var root = options.UserIdBase;
        Ownership.MakeDirectory(upper, root, Ownership.Everyone);
        // A directory in the topmost layer decides owner and mode for all: whatever a layer says, these are as the app expects them.
        Ownership.MakeDirectory(Path.Combine(upper, "home"), root, Ownership.Everyone);
        Ownership.MakeDirectory(Path.Combine(upper, "home/vcap"), root + VcapId, Ownership.Everyone);
        var etc = Path.Combine(upper, "etc");
        Ownership.MakeDirectory(etc, root, Ownership.Everyone);
        Ownership.Write(Path.Combine(etc, "resolv.conf"), root, string.Concat(nameServers.Select(server => $"nameserver {server}\n")));
        Ownership.Write(Path.Combine(etc, "hosts"), root, $"127.0.0.1 localhost\n{address} {spec.Handle}\n");
        Ownership.Write(Path.Combine(etc, "hostname"), root, $"{spec.Handle}\n");
        return upper;
    }

    private static string UpperOf(string disk) => Path.Combine(disk, "upper");
}
