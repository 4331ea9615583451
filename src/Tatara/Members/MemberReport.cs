using Tatara.Protocol;

namespace Tatara.Members;

/// <summary>What `tatara status` found: who answered, and who is missed.</summary>
/// <param name="Problems">Each a sentence; none: all is well.</param>
internal sealed record MemberReport(IReadOnlyList<MemberRow> Members, IReadOnlyList<string> Problems)
{
    /// <summary>What no platform is whole without, in the order in which they are shown.</summary>
    private static readonly (string Type, string Role)[] s_roles =
    [
        (ComponentTypes.Router, "router"), (ComponentTypes.Uaa, "uaa"), (ComponentTypes.CloudController, "cloud-controller"),
        (ComponentTypes.HealthManager, "health-manager"), (ComponentTypes.LogCache, "log-cache"), (ComponentTypes.Dea, "dea"),
    ];

    /// <summary>1. who answered, 2. who was heard of lately and did not, 3. which role nobody has, 4. who has a problem or another version.</summary>
    public static MemberReport Of(IReadOnlyList<ComponentAnnouncement> answers)
    {
        var rows = answers // 1.
            .Select(a => new MemberRow(RoleOf(a.Type), a.Name ?? a.Type, a.Zone, a.Version, a.Uptime, a.Cpu, a.MemBytes, a.Host, a.Problem))
            .OrderBy(r => Array.FindIndex(s_roles, s => s.Role == r.Role)).ThenBy(r => r.Name, StringComparer.Ordinal).ToList();
        var deas = rows.Where(r => r.Role == "dea").Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        var missed = answers.SelectMany(a => a.Neighbours ?? []).Where(n => !deas.Contains(n)).Distinct().Order(StringComparer.Ordinal).ToList();
        rows.AddRange(missed.Select(name => new MemberRow("dea", name, null, null, null, null, null, null, MemberRow.Silent))); // 2.
        var problems = s_roles.Where(s => rows.TrueForAll(r => r.Role != s.Role)).Select(s => $"There is no {s.Role}.").ToList(); // 3.
        problems.AddRange(rows.Where(r => r.Problem is not null).Select(r => $"{r.Name}: {r.Problem}.")); // 4.
        var versions = rows.Select(r => r.Version).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        if (versions.Count > 1) problems.Add($"Several versions run: {string.Join(", ", versions)}. Fine during an upgrade.");
        return new MemberReport(rows, problems);
    }

    private static string RoleOf(string type) => Array.Find(s_roles, r => r.Type == type).Role ?? type;
}

/// <summary>A member, as it is shown.</summary>
/// <param name="Problem">Null: it is healthy.</param>
internal sealed record MemberRow(
    string Role, string Name, string? Zone, string? Version, string? Uptime, double? Cpu, long? MemoryBytes, string? Status, string? Problem)
{
    /// <summary>Of one that was heard of lately.</summary>
    public const string Silent = "it does not answer";
}
