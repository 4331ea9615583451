namespace Tatara.CloudController.Deas;

/// <summary>Cloud Foundry V2's rules of where an instance or a staging goes. Pure: the same input and dice give the same DEA.</summary>
internal static class Placement
{
    /// <summary>A stager is chosen among so many.</summary>
    public const int TopStagers = 5;

    /// <summary>A line of a log names no more DEAs than this.</summary>
    private const int MostExplained = 5;

    /// <summary>
    /// For each instance: 1. those that take anything, with enough disk, memory and the stack, 2. the zone with the fewest instances of the app,
    /// 3. the DEAs with the fewest, 4. the upper half of them by free memory, 5. any of those. Fewer than wanted: there is no more room.
    /// </summary>
    public static IReadOnlyList<string> ForInstances(IEnumerable<DeaCandidate> deas, string processGuid, Demand demand, int count, Random dice)
    {
        var zones = Fitting(deas, demand).Select(d => new Place(d, processGuid)).GroupBy(p => p.Zone, StringComparer.Ordinal).Select(z => z.ToList()).ToList(); // 1.
        var chosen = new List<string>(count);
        while (chosen.Count < count && zones.Count > 0)
        {
            var least = zones.Min(InstancesIn); // 2.
            var zone = PickAny(zones.FindAll(z => InstancesIn(z) == least), dice);
            var fewest = zone.Min(p => p.Instances); // 3.
            var emptiest = zone.FindAll(p => p.Instances == fewest);
            emptiest.Sort((one, other) => other.Memory.CompareTo(one.Memory));
            var place = emptiest[dice.Next((emptiest.Count + 1) / 2)]; // 4., 5.
            chosen.Add(place.Id);
            if (place.Take(demand)) continue;
            zone.Remove(place);
            if (zone.Count == 0) zones.Remove(zone);
        }
        return chosen;

        static int InstancesIn(List<Place> zone) => zone.Sum(p => p.Instances);
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

    /// <summary>A DEA while instances of one process are placed.</summary>
    private sealed class Place(DeaCandidate dea, string processGuid)
    {
        private long _disk = dea.Disk;

        public string Id => dea.Id;
        public string Zone => dea.Zone;
        public long Memory { get; private set; } = dea.Memory;
        public int Instances { get; private set; } = dea.InstancesOf(processGuid);

        /// <summary>One more is there. False when no other fits.</summary>
        public bool Take(Demand demand)
        {
            Instances++;
            Memory -= demand.Memory;
            _disk -= demand.Disk;
            return Memory >= demand.Memory && _disk >= demand.Disk;
        }
    }
}
