using System.Globalization;
using System.Text.RegularExpressions;
using Tatara.Testing;

namespace Tatara.ChaosTests;

/// <summary>Which instances there really are on this machine, whatever the platform believes.</summary>
internal static partial class Instances
{
    /// <summary>Guids of an app's instances that run.</summary>
    public static IReadOnlyCollection<string> Of(string appGuid) =>
    [
        .. Processes().Where(process => process.Environment.Contains(appGuid, StringComparison.Ordinal))
            .Select(process => Guid().Match(process.Environment)).Where(guid => guid.Success).Select(guid => guid.Groups[1].Value).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>kill -9 of the instance of an app that runs longest, all its processes: one that crashes again and again would be started later and later.</summary>
    public static void KillOne(string appGuid)
    {
        var guid = Of(appGuid).MinBy(StartOf)!;
        foreach (var pid in Processes().Where(process => process.Environment.Contains(guid, StringComparison.Ordinal)).Select(process => process.Pid)) Platform.Kill(pid);
    }

    /// <summary>In the kernel's ticks.</summary>
    private static long StartOf(string guid) => Processes().Where(process => process.Environment.Contains(guid, StringComparison.Ordinal)).Min(process => StartOf(process.Pid));

    private static long StartOf(int pid)
    {
        try
        {
            // The name of the program, in parentheses, may hold anything; the start is the twentieth field behind it.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return long.MaxValue; // It ended meanwhile.
        }
    }

    private static IEnumerable<(int Pid, string Environment)> Processes()
    {
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid)) continue;
            string environment;
            try
            {
                environment = File.ReadAllText(Path.Combine(directory, "environ"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // It ended meanwhile.
            }
            yield return (pid, environment);
        }
    }

    [GeneratedRegex("(?:^|\0)CF_INSTANCE_GUID=([^\0]+)")]
    private static partial Regex Guid();
}
