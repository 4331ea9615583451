using Tatara.HealthManager.Actual;
using Tatara.HealthManager.Desired;

namespace Tatara.HealthManager.Analysis;

/// <summary>
/// Remembers, for every index, its crashes and from when on a start may be ordered. That moment is the whole memory of what is
/// under way: a start that was ordered, or that Cloud Controller orders by itself, puts it off; its showing up ends the wait.
/// </summary>
internal sealed class Ledger(TimeSpan startGrace) : IInstanceObserver
{
    /// <summary>Crashes of processes that are not known (yet) are remembered up to here.</summary>
    private const int MaxUnknown = 100_000;

    private readonly Dictionary<(string Droplet, string Version), ProcessHistory> _histories = [];
    private int _known;
    private bool _hasExpected;

    public ProcessHistory? Find(string droplet, string version) => _histories.GetValueOrDefault((droplet, version));

    /// <summary>
    /// Desired state as it is now: whom Cloud Controller has just changed it also starts by itself. What is new since the fetch
    /// before was changed just now; what is new because this is the first fetch, only if it looks so.
    /// </summary>
    public void Expect(IReadOnlyDictionary<string, DesiredProcess> processes, DateTimeOffset asOf, DateTimeOffset now)
    {
        foreach (var (key, history) in _histories)
        {
            var isWanted = processes.TryGetValue(key.Droplet, out var process) && process.Version == key.Version;
            if (!isWanted && history.LastCrash < asOf) _histories.Remove(key);
        }
        foreach (var process in processes.Values)
        {
            var history = FindOrAdd(process.Guid, process.Version);
            var wasChanged = history.UpdatedAt is { } known ? known != process.UpdatedAt : _hasExpected || !process.IsSettled;
            history.UpdatedAt = process.UpdatedAt;
            if (wasChanged) Changed(process, now);
        }
        _known = _histories.Count;
        _hasExpected = true;
    }

    /// <summary>Cloud Controller changed a process, and starts by itself what that calls for.</summary>
    public void Changed(DesiredProcess process, DateTimeOffset now)
    {
        if (Find(process.Guid, process.Version) is not { } history) return;
        for (var index = 0; index < process.Instances; index++) Postpone(history, index, now + startGrace);
    }

    public void Ordered(StartOrder order, DateTimeOffset now)
    {
        var history = FindOrAdd(order.Droplet, order.Version);
        history[order.Index] = history[order.Index] with { StartDue = now + startGrace };
    }

    public void Appeared(ActualInstance instance, DateTimeOffset now)
    {
        if (Find(instance.Droplet, instance.Version) is { } history)
            history[instance.Index] = history[instance.Index] with { StartDue = now };
    }

    public void Ended(ActualInstance instance, DateTimeOffset now)
    {
        if (!IsHealthy(instance, now) || Find(instance.Droplet, instance.Version) is not { } history) return;
        if (history[instance.Index].Crashes > 0) history[instance.Index] = history[instance.Index] with { Crashes = 0 };
    }

    public void Crashed(string droplet, string version, int index, DateTimeOffset now)
    {
        if (Find(droplet, version) is null && _histories.Count >= _known + MaxUnknown) return;
        var history = FindOrAdd(droplet, version);
        var crashes = history[index].Crashes + 1;
        history[index] = new IndexHistory(now + RestartPolicy.WaitAfter(crashes), crashes, now);
    }

    public void Stopped(string droplet, string version, int index, DateTimeOffset now)
    {
        if (Find(droplet, version) is { } history) Postpone(history, index, now + startGrace);
    }

    /// <summary>Whether it has run for so long that its earlier crashes no longer count.</summary>
    public static bool IsHealthy(ActualInstance instance, DateTimeOffset now) =>
        instance.RunningSince is { } since && now - since >= RestartPolicy.HealthyTime;

    private ProcessHistory FindOrAdd(string droplet, string version)
    {
        if (_histories.TryGetValue((droplet, version), out var history)) return history;
        return _histories[(droplet, version)] = new ProcessHistory();
    }

    private static void Postpone(ProcessHistory history, int index, DateTimeOffset due)
    {
        if (history[index].StartDue < due) history[index] = history[index] with { StartDue = due };
    }
}
