using System.Runtime.InteropServices;

namespace Tatara.CloudController.Deas;

/// <summary>Cloud Foundry V2's rules of where an instance or a staging goes. Pure: the same input and dice give the same DEA.</summary>
internal static class Placement
{
    /// <summary>A stager is chosen among so many.</summary>
    public const int TopStagers = 5;

    /// <summary>A line of a log names no more DEAs than this.</summary>
    private const int MostExplained = 5;

    /// <summary>
    /// 1. those that take anything, with enough disk, memory and the stack, 2. the zone with the fewest instances of the app, 3. the DEAs with the fewest,
    /// 4. the upper half of them by free memory, 5. any of those. Null: no room anywhere.
    /// </summary>
    public static DeaCandidate? ForInstance(IEnumerable<DeaCandidate> deas, string processGuid, Demand demand, Random dice)
    {
        var fitting = Fitting(deas, demand).ConvertAll(d => (Dea: d, Instances: d.InstancesOf(processGuid))); // 1.
        if (fitting.Count == 0) return null;
        var zones = new Dictionary<string, int>(StringComparer.Ordinal); // 2.
        foreach (var (dea, instances) in fitting) CollectionsMarshal.GetValueRefOrAddDefault(zones, dea.Zone, out _) += instances;
        var least = zones.Values.Min();
        var zone = PickAny([.. zones.Where(z => z.Value == least).Select(z => z.Key)], dice);
        var inZone = fitting.FindAll(d => d.Dea.Zone == zone);
        var fewest = inZone.Min(d => d.Instances); // 3.
        var emptiest = inZone.FindAll(d => d.Instances == fewest).ConvertAll(d => d.Dea);
        emptiest.Sort((one, other) => other.Memory.CompareTo(one.Memory));
        return PickAny(emptiest[..((emptiest.Count + 1) / 2)], dice); // 4., 5.
    }

    /// <summary>Any of the five with the most free memory that fit. Null: no room anywhere.</summary>
    public static DeaCandidate? ForStaging(IEnumerable<DeaCandidate> stagers, Demand demand, Random dice)
    {
        var best = Fitting(stagers, demand).OrderByDescending(d => d.Memory).Take(TopStagers).ToList();
        return best.Count == 0 ? null : PickAny(best, dice);
    }

    private static List<DeaCandidate> Fitting(IEnumerable<DeaCandidate> deas, Demand demand) =>
        deas.Where(d => d.Refuses is null && d.Disk >= demand.Disk && d.Memory >= demand.Memory && d.Stacks.Contains(demand.Stack, StringComparer.Ordinal)).ToList();

    /// <summary>Why nothing fits, for a person: what each DEA lacks.</summary>
    public static string Explain(IEnumerable<DeaCandidate> deas, Demand demand)
    {
        var all = deas.OrderBy(d => d.Id, StringComparer.Ordinal).ToList();
        var lacks = all.Select(d => $"{d.Id} {Lack(d, demand)}").Take(MostExplained).ToList();
        if (all.Count > lacks.Count) lacks.Add($"and {all.Count - lacks.Count} more");
        return lacks.Count == 0 ? "no DEA is there" : string.Join(", ", lacks);
    }

    private static string Lack(DeaCandidate dea, Demand demand) => dea switch
    {
        { Refuses: { } why } => $"takes nothing new ({why})",
        _ when !dea.Stacks.Contains(demand.Stack, StringComparer.Ordinal) => "does not have the stack",
        _ when dea.Memory < demand.Memory => $"has {Math.Max(0, dea.Memory)} MB of memory free",
        _ when dea.Disk < demand.Disk => $"has {Math.Max(0, dea.Disk)} MB of disk free",
        _ => "has room again",
    };

    private static T PickAny<T>(List<T> items, Random dice) => items[dice.Next(items.Count)];
}
