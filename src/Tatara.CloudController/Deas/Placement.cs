namespace Tatara.CloudController.Deas;

/// <summary>Cloud Foundry V2's rules of where an instance or a staging goes. Pure: the same input and dice give the same DEA.</summary>
internal static class Placement
{
    /// <summary>A stager is chosen among so many.</summary>
    public const int TopStagers = 5;

    /// <summary>
    /// 1. enough disk, memory and the stack, 2. the zone with the fewest instances of the app, 3. the DEAs with the fewest,
    /// 4. the upper half of them by free memory, 5. any of those. Null: no room anywhere.
    /// </summary>
    public static DeaCandidate? ForInstance(IEnumerable<DeaCandidate> deas, string processGuid, Demand demand, Random dice)
    {
        var fitting = Fitting(deas, demand); // 1.
        if (fitting.Count == 0) return null;
        var zone = fitting // 2.
            .GroupBy(d => d.Zone, StringComparer.Ordinal)
            .GroupBy(z => z.Sum(d => d.InstancesOf(processGuid)))
            .MinBy(z => z.Key)!;
        var inZone = PickAny(zone.ToList(), dice).ToList();
        var fewest = inZone.Min(d => d.InstancesOf(processGuid)); // 3.
        var emptiest = inZone.Where(d => d.InstancesOf(processGuid) == fewest).OrderByDescending(d => d.Memory).ToList();
        return PickAny(emptiest.Take((emptiest.Count + 1) / 2).ToList(), dice); // 4., 5.
    }

    /// <summary>Any of the five with the most free memory that fit. Null: no room anywhere.</summary>
    public static DeaCandidate? ForStaging(IEnumerable<DeaCandidate> stagers, Demand demand, Random dice)
    {
        var best = Fitting(stagers, demand).OrderByDescending(d => d.Memory).Take(TopStagers).ToList();
        return best.Count == 0 ? null : PickAny(best, dice);
    }

    private static List<DeaCandidate> Fitting(IEnumerable<DeaCandidate> deas, Demand demand) =>
        deas.Where(d => d.Disk >= demand.Disk && d.Memory >= demand.Memory && d.Stacks.Contains(demand.Stack, StringComparer.Ordinal)).ToList();

    private static T PickAny<T>(List<T> items, Random dice) => items[dice.Next(items.Count)];
}
