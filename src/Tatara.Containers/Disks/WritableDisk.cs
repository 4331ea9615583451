using Tatara.Containers.Linux;

namespace Tatara.Containers.Disks;

/// <summary>
/// The writable space of a container: an ext4 file system in a sparse file, mounted over a loop device.
/// It is as large as the container's disk limit, so that the limit is simply a full disk.
/// </summary>
internal sealed class WritableDisk(CommandRunner commands)
{
    private const long BytesPerInode = 8192;
    private const long InodeLength = 256;
    private const long Smallest = 4 << 20;
    /// <summary>The kernel sets aside 2 % for its own allocations, up to this.</summary>
    private const long MostReserved = 16 << 20;
    private const long FixedCost = 1 << 20;

    public async Task CreateAsync(string image, string mountPoint, long bytes)
    {
        await using (var file = new FileStream(image, FileMode.CreateNew)) file.SetLength(ImageLength(bytes));
        await commands.RunAsync(FormatCommand(image), null, CancellationToken.None);
        Directory.CreateDirectory(mountPoint);
        // Inode tables that are never written stay holes in the file.
        LoopDevice.Attach(image, device =>
            Mounts.Mount(device, mountPoint, "ext4", Libc.MountFlags.NoSetUserId | Libc.MountFlags.NoDevices | Libc.MountFlags.NoAccessTime, "noinit_itable"));
    }

    /// <summary>Throws away what is not written yet, and unmounts. Harmless when it is not mounted.</summary>
    public static void Discard(string mountPoint)
    {
        if (Mounts.IdOf(mountPoint) is { } mount) ShutDown(mountPoint, mount);
        Mounts.Unmount(mountPoint);
    }

    /// <summary>Otherwise the kernel would write out, maybe for seconds, what is deleted right after.</summary>
    private static void ShutDown(string mountPoint, string mount)
    {
        const nuint ext4Shutdown = 0x8004587D;
        const int withoutFlush = 2;
        using var directory = Libc.OpenDirectory(mountPoint);
        if (directory is null) return;
        // Somebody may have unmounted it just now; this must never hit the file system beneath.
        var opened = File.ReadLines($"/proc/self/fdinfo/{directory.DangerousGetHandle()}").FirstOrDefault(line => line.StartsWith("mnt_id:", StringComparison.Ordinal));
        if (opened?.Split('\t')[^1] == mount) _ = Libc.Ioctl(directory, ext4Shutdown, BitConverter.GetBytes(withoutFlush));
    }

    /// <summary>0 when it is not there, as after a reboot.</summary>
    public static long UsedBytes(string mountPoint)
    {
        try
        {
            var drive = new DriveInfo(mountPoint);
            return drive.TotalSize - drive.TotalFreeSpace;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>What the file system needs for itself is not taken from the app's share.</summary>
    internal static long ImageLength(long bytes)
    {
        var usable = Math.Max(bytes, Smallest);
        return usable + (usable / BytesPerInode * InodeLength) + Math.Min(usable / 50, MostReserved) + FixedCost;
    }

    // No journal: a disk whose machine went down is thrown away.
    internal static IReadOnlyList<string> FormatCommand(string image) =>
        ["mkfs.ext4", "-q", "-F", "-O", "^has_journal,^resize_inode", "-m", "0", "-b", "4096", "-i", $"{BytesPerInode}", "-I", $"{InodeLength}", "-E", $"lazy_itable_init=1,nodiscard", image];
}
