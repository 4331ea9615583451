using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Tatara.Containers.Linux;

/// <summary>
/// What the kernel counts for each user of the machine although containers share those users: one container could use all of it up,
/// for its neighbours and for the platform itself. Where the kernel charges the memory behind it to the container, that is bound
/// enough, and the count is raised out of the way.
/// </summary>
internal static class KernelQuotas
{
    private static readonly (string File, long AtLeast)[] Quotas =
    [
        // 128 by default, for all containers and the machine's root together. About 1 KB of the container's memory each.
        ("fs/inotify/max_user_instances", 1 << 22),
        ("fs/inotify/max_user_watches", 1 << 27),
        ("fs/epoll/max_user_watches", 1 << 28),
        // Beyond it pipes shrink to 8 KB. It counts room that was asked for, of which 64 MB cost nothing.
        ("fs/pipe-user-pages-soft", 1 << 24),
        // Of the whole machine: by default as many as some hundred processes may open, or as one call can take.
        ("fs/file-max", 1L << 40),
        ("fs/aio-max-nr", 1 << 27),
        // 32768 by default on a small machine: sixty containers at their limits.
        ("kernel/pid_max", 1 << 22),
        // runc gives each container a session keyring, owned by the containers' root; 200 by default, and each is some bytes.
        ("kernel/keys/maxkeys", 1 << 16),
        ("kernel/keys/maxbytes", 1 << 24),
    ];

    /// <summary>As pipe-user-pages-soft has it.</summary>
    private const long Unlimited = 0;

    /// <summary>Raises those that are lower. Doing it again is harmless.</summary>
    public static void Raise(ILogger logger, string root = "/proc/sys")
    {
        foreach (var (file, atLeast) in Quotas)
        {
            var path = Path.Combine(root, file);
            if (!File.Exists(path)) continue;
            try
            {
                var now = long.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
                if (now < atLeast && now != Unlimited)
                    File.WriteAllText(path, atLeast.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                logger.LogWarning(e, "{Path} could not be raised to {AtLeast}: many containers, or a greedy one, may use it up for all", path, atLeast);
            }
        }
    }
}
