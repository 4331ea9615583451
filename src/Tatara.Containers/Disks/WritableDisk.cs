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
        return usable + (usable / BytesPerInode * InodeLength) + FixedCost;
    }

    // No journal: a disk whose machine went down is thrown away.
    internal static IReadOnlyList<string> FormatCommand(string image) =>
        ["mkfs.ext4", "-q", "-F", "-O", "^has_journal", "-m", "0", "-b", "4096", "-i", $"{BytesPerInode}", "-I", $"{InodeLength}", "-E", $"lazy_itable_init=1,nodiscard", image];
}
