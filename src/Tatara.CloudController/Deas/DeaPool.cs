using Tatara.Protocol;

namespace Tatara.CloudController.Deas;

/// <summary>The DEAs that said lately what they have free. What is sent to one is subtracted until it speaks again.</summary>
internal sealed class DeaPool(TimeProvider time, Random? dice = null)
{
    /// <summary>They speak every 5 s; one that missed two is not trusted with new work.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(10);

    /// <summary>One that has been silent for so long is gone for good; a DEA that starts again may have a new id.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(2);

    private const string DefaultZone = "default";

    private readonly Lock _lock = new();
    private readonly Random _dice = dice ?? Random.Shared;
    private readonly Dictionary<string, Heard> _deas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Heard> _stagers = new(StringComparer.Ordinal);

    private readonly record struct Heard(DeaCandidate Dea, DateTimeOffset At, bool IsDistrusted = false);

    /// <summary>dea.advertise.</summary>
    public void OnAdvertise(DeaAdvertisement message) => Remember(_deas, message);

    /// <summary>staging.advertise.</summary>
    public void OnStagingAdvertise(DeaAdvertisement message) => Remember(_stagers, message);

    /// <summary>dea.shutdown.</summary>
    public void Remove(string id)
    {
        lock (_lock)
        {
            _deas.Remove(id);
            _stagers.Remove(id);
        }
    }

    /// <summary>It seems to be gone: it gets nothing new until it speaks again.</summary>
    public void Distrust(string id)
    {
        lock (_lock)
        {
            foreach (var pool in (Dictionary<string, Heard>[])[_deas, _stagers])
                if (pool.TryGetValue(id, out var known)) pool[id] = known with { IsDistrusted = true };
        }
    }

    /// <summary>Chooses DEAs for instances and counts them there; fewer than wanted when there is no more room.</summary>
    public IReadOnlyList<string> PlaceInstances(string processGuid, Demand demand, int count)
    {
        lock (_lock)
        {
            var chosen = Placement.ForInstances(Fresh(_deas), processGuid, demand, count, _dice);
            foreach (var (id, instances) in chosen.CountBy(id => id))
            {
                var all = new Demand(demand.Memory * instances, demand.Disk * instances, demand.Stack);
                Subtract(_stagers, id, all, instances: null);
                var dea = _deas[id].Dea;
                Subtract(_deas, id, all, new Dictionary<string, int>(dea.Instances, StringComparer.Ordinal) { [processGuid] = dea.InstancesOf(processGuid) + instances });
            }
            return chosen;
        }
    }

    /// <summary>Why an instance found no room, DEA by DEA.</summary>
    public string ExplainInstance(Demand demand)
    {
        lock (_lock) return Placement.Explain(Fresh(_deas), demand);
    }

    /// <summary>Why a staging found no room, DEA by DEA.</summary>
    public string ExplainStaging(Demand demand)
    {
        lock (_lock) return Placement.Explain(Fresh(_stagers), demand);
    }

    /// <summary>Chooses a DEA for staging; null when none has room.</summary>
    public string? PlaceStaging(Demand demand)
    {
        lock (_lock)
        {
            if (Placement.ForStaging(Fresh(_stagers), demand, _dice) is not { } dea) return null;
            Subtract(_stagers, dea.Id, demand, instances: null);
            Subtract(_deas, dea.Id, demand, instances: null);
            return dea.Id;
        }
    }

    /// <summary>Those that were heard of lately, with what they have free; some are silent meanwhile.</summary>
    public IReadOnlyList<(string Id, bool IsFresh, long FreeMemoryMb)> Known()
    {
        var oldest = time.GetUtcNow() - Freshness;
        lock (_lock) return [.. _deas.Values.Select(k => (k.Dea.Id, k.At >= oldest, k.Dea.Memory))];
    }

    /// <summary>When the stager spoke last; null: never, long ago, or it said good-bye.</summary>
    public DateTimeOffset? StagerSeen(string id)
    {
        lock (_lock) return _stagers.TryGetValue(id, out var known) ? known.At : null;
    }

    private void Remember(Dictionary<string, Heard> pool, DeaAdvertisement message)
    {
        var dea = new DeaCandidate(
            message.Id,
            message.PlacementProperties?.Zone ?? DefaultZone,
            message.Stacks ?? [],
            message.AvailableMemory,
            message.AvailableDisk,
            message.AppIdToCount ?? new Dictionary<string, int>(),
            message.Refuses);
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var (id, known) in pool)
                if (now - known.At > Forgotten) pool.Remove(id);
            pool[message.Id] = new(dea, now);
        }
    }

    private IEnumerable<DeaCandidate> Fresh(Dictionary<string, Heard> pool)
    {
        var oldest = time.GetUtcNow() - Freshness;
        foreach (var known in pool.Values)
            if (known.At >= oldest && !known.IsDistrusted) yield return known.Dea;
    }

    private static void Subtract(Dictionary<string, Heard> pool, string id, Demand demand, IReadOnlyDictionary<string, int>? instances)
    {
        if (!pool.TryGetValue(id, out var known)) return;
        pool[id] = known with
        {
            Dea = known.Dea with
            {
                Memory = known.Dea.Memory - demand.Memory,
                Disk = known.Dea.Disk - demand.Disk,
                Instances = instances ?? known.Dea.Instances,
            },
        };
    }
}
