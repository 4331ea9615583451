namespace Tatara.Up;

/// <summary>Older builds of a stack, a toolchain or the trusted authorities: LINK-HASH beside the link that leads to the newest.</summary>
internal static class UnusedLayers
{
    private const int HashLength = 16;

    /// <summary>A container that is being made has looked where the link leads and not mounted it yet; a new build is there before its link.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    /// <summary>Removes those that no container has mounted; returns what it removed.</summary>
    public static IReadOnlyList<string> Remove(string link, DateTime now, string mountTable = "/proc/self/mountinfo")
    {
        var current = new DirectoryInfo(link).LinkTarget;
        if (current is null || now - File.GetLastWriteTimeUtc(link) < Grace) return [];
        var mounts = File.ReadAllText(mountTable);
        var unused = Directory.GetDirectories(Path.GetDirectoryName(link)!, Path.GetFileName(link) + "-*")
            .Where(directory => IsBuildOf(link, directory) && Path.GetFileName(directory) != Path.GetFileName(current))
            .Where(directory => now - Directory.GetLastWriteTimeUtc(directory) >= Grace)
            .Where(directory => !mounts.Contains(Path.GetFileName(directory), StringComparison.Ordinal)).ToList();
        foreach (var directory in unused) Directory.Delete(directory, recursive: true);
        return unused;
    }

    private static bool IsBuildOf(string link, string directory)
    {
        var hash = Path.GetFileName(directory)[(Path.GetFileName(link).Length + 1)..];
        return hash.Length == HashLength && hash.All(char.IsAsciiHexDigitLower);
    }
}
