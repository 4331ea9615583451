using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tatara.Dea.Linux;

/// <summary>The system calls that .NET has no method for.</summary>
internal static partial class Native
{
    private const int CurrentDirectory = -100;
    private const int StatusBytes = 256;
    private const uint InodeAndBirth = 0x100 | 0x800;

    /// <summary>O_RDONLY, O_DIRECTORY, O_CLOEXEC.</summary>
    private const int ReadOnlyDirectory = 0x10000 | 0x80000;

    /// <summary>FS_IOC_GETFLAGS, FS_IOC_SETFLAGS and FS_TOPDIR_FL (chattr +T).</summary>
    private const nuint GetFlags = 0x80086601, SetFlags = 0x40086602;
    private const long TopDirectory = 0x20000;

    /// <summary>Gives a file, directory or link (itself, not its target) to a user and group. Does nothing when the DEA is not root, as in tests without containers.</summary>
    public static void ChangeOwner(string path, int userId)
    {
        if (!Environment.IsPrivilegedProcess) return;
        if (lchown(path, userId, userId) != 0) throw Failure($"chown of {path}");
    }

    /// <summary>Gives an open file to a user and group, under the same conditions.</summary>
    public static void ChangeOwner(SafeFileHandle file, int userId)
    {
        if (!Environment.IsPrivilegedProcess) return;
        if (fchown(file, userId, userId) != 0) throw Failure("chown of an unpacked file");
    }

    /// <summary>A second name of a file.</summary>
    public static void HardLink(string existing, string path)
    {
        if (link(existing, path) != 0) throw Failure($"link of {path} to {existing}");
    }

    /// <summary>Makes a named pipe.</summary>
    public static void MakePipe(string path)
    {
        if (mkfifo(path, 0x180) != 0) throw Failure($"mkfifo of {path}");
    }

    /// <summary>Tells one file from another that later has the same path, even when it got the same inode; null when there is none.</summary>
    public static unsafe string? IdentityOf(string path)
    {
        var status = stackalloc byte[StatusBytes];
        if (statx(CurrentDirectory, path, 0, InodeAndBirth, status) != 0) return null;
        return string.Create(CultureInfo.InvariantCulture, $"{*(ulong*)(status + 0x20)}-{*(long*)(status + 0x50)}.{*(uint*)(status + 0x58)}");
    }

    /// <summary>
    /// Asks ext4 to put each directory that is made in this one into another part of the disk. Where many files were deleted a moment
    /// ago, ext4 looks at each of their inodes again for every new file: tens of times slower. Other file systems have no such wish.
    /// </summary>
    public static unsafe void SpreadDirectories(string path)
    {
        using var directory = new SafeFileHandle(open(path, ReadOnlyDirectory), ownsHandle: true);
        long flags = 0;
        if (directory.IsInvalid || ioctl(directory, GetFlags, &flags) != 0) return;
        flags |= TopDirectory;
        _ = ioctl(directory, SetFlags, &flags);
    }

    internal static IOException Failure(string what) =>
        new($"{what} failed: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int ioctl(SafeFileHandle file, nuint request, long* value);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, int owner, int group);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchown(SafeFileHandle file, int owner, int group);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string path);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int directory, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);
}
