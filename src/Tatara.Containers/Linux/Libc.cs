using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tatara.Containers.Linux;

/// <summary>The few system calls that .NET has no method for. Constants are those of x86-64 and arm64, which agree.</summary>
internal static partial class Libc
{
    public const int SigHangUp = 1;
    public const int SigTerm = 15;
    public const int SigKill = 9;

    public const int NoSuchFile = 2;
    public const int InvalidArgument = 22;
    public const int Busy = 16;

    [Flags]
    public enum MountFlags : uint
    {
        None = 0,
        NoSetUserId = 2,
        NoDevices = 4,
        NoAccessTime = 1024,
    }

    /// <summary>Removes the mount at once from view; what still uses it keeps it until it ends.</summary>
    public const int DetachMount = 2;

    private const int PidfdOpenNumber = 434;
    private const int PidfdSendSignalNumber = 424;

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Mount(string source, string target, string type, nuint flags, string? data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unmount(string target, int flags);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwnerOfTarget(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(SafeFileHandle file, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(SafeFileHandle file, nuint request, byte[] argument);

    public static SafeFileHandle? OpenDirectory(string path)
    {
        const int readOnlyDirectoryCloseOnExec = 0x90000;
        var file = Open(path, readOnlyDirectoryCloseOnExec);
        return file < 0 ? null : new SafeFileHandle(file, ownsHandle: true);
    }

    /// <summary>A handle of the process that no other process can inherit the number of; it becomes readable when the process has ended.</summary>
    public static SafeFileHandle? OpenProcess(int pid)
    {
        var file = Syscall(PidfdOpenNumber, pid, 0, 0, 0);
        return file < 0 ? null : new SafeFileHandle((nint)file, ownsHandle: true);
    }

    public static bool Signal(SafeFileHandle process, int signal)
    {
        var held = false;
        try
        {
            process.DangerousAddRef(ref held);
            return Syscall(PidfdSendSignalNumber, process.DangerousGetHandle(), signal, 0, 0) == 0;
        }
        finally
        {
            if (held) process.DangerousRelease();
        }
    }

    /// <summary>"No such file or directory" and the like, of the call just made.</summary>
    public static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall(long number, nint a, nint b, nint c, nint d);
}
