using System.Collections.Concurrent;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>The instances this DEA holds, crashed ones included until they are forgotten.</summary>
internal sealed class InstanceTable
{
    private readonly ConcurrentDictionary<string, Instance> _byGuid = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();

    /// <summary>Raised after an instance came, went or changed its state.</summary>
    public event Action? Changed;

    public ICollection<Instance> All => _byGuid.Values;

    /// <summary>Adds one unless an instance of the same index and version is alive here already: a start message may come twice.</summary>
    public bool TryAdd(Instance instance)
    {
        lock (_adding)
        {
            if (_byGuid.Values.Any(i => i.IsAlive && IsSamePlace(i, instance) && i.Start.Version == instance.Start.Version)) return false;
            _byGuid[instance.Guid] = instance;
            return true;
        }
    }

    /// <summary>Adds one that an earlier run of this DEA left.</summary>
    public void Adopt(Instance instance) => _byGuid[instance.Guid] = instance;

    public void Remove(Instance instance)
    {
        if (_byGuid.TryRemove(instance.Guid, out _)) NotifyChanged();
    }

    public void NotifyChanged() => Changed?.Invoke();

    /// <summary>Older crashes of the same index: one is enough to show.</summary>
    public IEnumerable<Instance> CrashedBefore(Instance instance) =>
        _byGuid.Values.Where(i => i != instance && i.State == InstanceState.Crashed && IsSamePlace(i, instance));

    /// <summary>What a stop message means: all of the droplet, or those of a version, of indices, of guids.</summary>
    public IReadOnlyList<Instance> Matching(DeaStopMessage stop) =>
    [
        .. _byGuid.Values.Where(i => i.Start.Droplet == stop.Droplet
            && (stop.Version is null || i.Start.Version == stop.Version)
            && (stop.Indices is null || stop.Indices.Contains(i.Start.Index))
            && (stop.Instances is null || stop.Instances.Contains(i.Guid))),
    ];

    /// <summary>What a question means.</summary>
    public IReadOnlyList<Instance> Matching(FindDropletRequest find) =>
    [
        .. _byGuid.Values.Where(i => i.Start.Droplet == find.Droplet
            && i.State.OnTheWire() is { } state
            && (find.Version is null || i.Start.Version == find.Version)
            && (find.States is null || find.States.Contains(state))
            && (find.Indices is null || find.Indices.Contains(i.Start.Index))
            && (find.InstanceIds is null || find.InstanceIds.Contains(i.Guid))),
    ];

    private static bool IsSamePlace(Instance a, Instance b) => a.Start.Droplet == b.Start.Droplet && a.Start.Index == b.Start.Index;
}
