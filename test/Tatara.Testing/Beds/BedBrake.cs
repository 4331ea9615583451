using System.Globalization;

namespace Tatara.Testing.Beds;

/// <summary>Lets all that runs on a host have only a part of one processor: it answers, slowly. By control groups, of either version.</summary>
/// <param name="name">Of a group of its own, for those of the host's processes that have none.</param>
internal sealed class BedBrake(string name, double processors)
{
    private const int PeriodMicroseconds = 100_000;

    private static readonly bool s_isFirstVersion = Directory.Exists("/sys/fs/cgroup/cpu");
    private static readonly string s_root = s_isFirstVersion ? "/sys/fs/cgroup/cpu" : "/sys/fs/cgroup";
    private static readonly string s_limitFile = s_isFirstVersion ? "cpu.cfs_quota_us" : "cpu.max";

    /// <summary>What each group that was there was allowed.</summary>
    private readonly Dictionary<string, string> _before = new(StringComparer.Ordinal);

    private string Own => Path.Combine(s_root, name);

    private string Limit
    {
        get
        {
            var quota = ((int)(processors * PeriodMicroseconds)).ToString(CultureInfo.InvariantCulture);
            return s_isFirstVersion ? quota : $"{quota} {PeriodMicroseconds}";
        }
    }

    public void Press(IEnumerable<int> pids)
    {
        if (!s_isFirstVersion) File.WriteAllText(Path.Combine(s_root, "cgroup.subtree_control"), "+cpu");
        Directory.CreateDirectory(Own);
        File.WriteAllText(Path.Combine(Own, s_limitFile), Limit);
        foreach (var pid in pids)
        {
            if (GroupOf(pid) is not { } group) continue;
            if (Path.GetFileName(Path.GetDirectoryName(group))!.StartsWith("tatara-", StringComparison.Ordinal)) Slow(group);
            else Move(pid, Own);
        }
    }

    public void Release()
    {
        foreach (var (group, limit) in _before)
            if (Directory.Exists(group)) File.WriteAllText(Path.Combine(group, s_limitFile), limit);
        for (var pids = Pids(); pids.Length > 0; pids = Pids())
            foreach (var pid in pids) Move(pid, s_root);
        Directory.Delete(Own);
    }

    private int[] Pids() => [.. File.ReadAllLines(Path.Combine(Own, "cgroup.procs")).Select(int.Parse)];

    private void Slow(string group)
    {
        var file = Path.Combine(group, s_limitFile);
        if (!_before.TryAdd(group, File.ReadAllText(file).Trim())) return;
        File.WriteAllText(file, Limit);
    }

    private static void Move(int pid, string group)
    {
        try
        {
            File.WriteAllText(Path.Combine(group, "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException) when (!Directory.Exists($"/proc/{pid}"))
        {
            // It ended meanwhile.
        }
    }

    private static string? GroupOf(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/cgroup").Select(l => l.Split(':', 3)).First(l => s_isFirstVersion ? l[1].Split(',').Contains("cpu") : l[0] == "0");
            return Path.Combine(s_root, line[2].TrimStart('/'));
        }
        catch (IOException)
        {
            return null; // It ended meanwhile.
        }
    }
}
