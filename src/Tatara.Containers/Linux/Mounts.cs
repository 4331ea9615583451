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

    /// <summary>Mount points below the directory, deepest first.</summary>
    public static IReadOnlyList<string> Below(string directory)
    {
        var prefix = directory.TrimEnd('/') + "/";
        // Fifth field of each line; a blank in a path is written \040.
        return File.ReadLines("/proc/self/mountinfo")
            .Select(line => line.Split(' ')[4].Replace("\\040", " ", StringComparison.Ordinal))
            .Where(path => path.StartsWith(prefix, StringComparison.Ordinal))
            .OrderByDescending(path => path.Length)
            .ToList();
    }
}
