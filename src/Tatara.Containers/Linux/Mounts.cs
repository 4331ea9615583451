using System.Runtime.InteropServices;

namespace Tatara.Containers.Linux;

/// <summary>Mounts of the machine's own mount namespace.</summary>
internal static class Mounts
{
    public static void Mount(string source, string target, string type, Libc.MountFlags flags, string? data)
    {
        if (Libc.Mount(source, target, type, (nuint)flags, data) != 0)
            throw new ContainerException($"mounting {type} at {target} failed: {Libc.LastError()}");
    }

    /// <summary>Harmless when nothing is mounted there.</summary>
    public static void Unmount(string target)
    {
        while (Libc.Unmount(target, Libc.DetachMount) == 0)
        {
            // Once more for each mount that lies over another.
        }
        var error = Marshal.GetLastPInvokeError();
        if (error is not (Libc.InvalidArgument or Libc.NoSuchFile))
            throw new ContainerException($"unmounting {target} failed: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Number of the topmost mount at exactly this path; null when there is none.</summary>
    public static string? IdOf(string target) =>
        // "36 35 98:0 /mnt1 /mnt2 rw …": the mount's number first, where it is mounted fifth.
        File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ', 6)).LastOrDefault(fields => fields[4] == target)?[0];
}
