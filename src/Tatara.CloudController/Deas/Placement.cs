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
    /// For each instance: 1. those that take anything, with enough disk, memory and the stack, 2. the zone with the fewest instances of the app,
    /// 3. the DEAs with the fewest, 4. the upper half of them by free memory, 5. any of those. Fewer than wanted: there is no more room.
    /// </summary>
    public static IReadOnlyList<string> ForInstances(IEnumerable<DeaCandidate> deas, string processGuid, Demand demand, int count, Random dice)
    {
        var zones = new Dictionary<string, Zone>(StringComparer.Ordinal);
        foreach (var dea in Fitting(deas, demand)) // 1.
        {
            ref var zone = ref CollectionsMarshal.GetValueRefOrAddDefault(zones, dea.Zone, out _);
            (zone ??= new Zone()).Add(new Place(dea, processGuid));
        }
        var open = zones.Values.ToList();
        var chosen = new List<string>(count);
        while (chosen.Count < count && open.Count > 0)
        {
            var least = open.Min(z => z.Instances);
            var zone = PickAny(open.FindAll(z => z.Instances == least), dice); // 2.
            chosen.Add(zone.Take(demand, dice)); // 3., 4., 5.
            if (zone.IsFull) open.Remove(zone);
        }
        return chosen;
    }

    /// <summary>Any of the five with the most free memory that fit. Null: no room anywhere.</summary>
    public static DeaCandidate? ForStaging(IEnumerable<DeaCandidate> stagers, Demand demand, Random dice)
    {
        var best = Fitting(stagers, demand).OrderByDescending(d => d.Memory).Take(TopStagers).ToList();
        return best.Count == 0 ? null : PickAny(best, dice);
    }

    private static IEnumerable<DeaCandidate> Fitting(IEnumerable<DeaCandidate> deas, Demand demand) =>
        deas.Where(d => d.Refuses is null && d.Disk >= demand.Disk && d.Memory >= demand.Memory && d.Stacks.Contains(demand.Stack, StringComparer.Ordinal));

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

    /// <summary>The DEAs of a zone that have room, while instances of one process are placed.</summary>
    private sealed class Zone
    {
        private readonly List<Place> _places = [];

        public int Instances { get; private set; }
        public bool IsFull => _places.Count == 0;

        public void Add(Place place)
        {
            _places.Add(place);
            Instances += place.Instances;
        }

        public string Take(Demand demand, Random dice)
        {
            var fewest = int.MaxValue;
            foreach (var place in _places) fewest = Math.Min(fewest, place.Instances);
            var emptiest = _places.FindAll(p => p.Instances == fewest);
            // A thousand DEAs are sorted by numbers in a hundredth of the time that it takes to compare objects.
            var memory = emptiest.ConvertAll(p => -p.Memory);
            CollectionsMarshal.AsSpan(memory).Sort(CollectionsMarshal.AsSpan(emptiest));
            var chosen = emptiest[dice.Next((emptiest.Count + 1) / 2)];
            Instances++;
            if (!chosen.Take(demand))
            {
                _places.Remove(chosen);
                Instances -= chosen.Instances;
            }
            return chosen.Id;
        }
    }

    /// <summary>One of them.</summary>
    private sealed class Place(DeaCandidate dea, string processGuid)
    {
        private long _disk = dea.Disk;

        public string Id => dea.Id;
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
