using Tatara.HealthManager.Actual;
using Tatara.HealthManager.Desired;

namespace Tatara.HealthManager.Analysis;

/// <summary>
/// Compares what runs of one process with what should, and says what to start and stop. A pure function: it remembers
/// nothing, asks nobody and changes nothing but the orders it fills.
/// </summary>
internal static class Analyzer
{
    /// <summary>
    /// 1. Nobody wants it: stop all. 2. Wanted, but there are no bits: leave it alone. 3. Stop what is of another version or
    /// beyond the number of instances. 4. Stop who evacuates once a successor serves, and duplicates. 5. Start what is missing.
    /// </summary>
    public static void Analyze(in Situation situation, Patience patience, Orders orders)
    {
        // 1.
        if (situation.Desired is not { } desired)
        {
            foreach (var instance in situation.Actual) StopUnwanted(instance, situation, patience, orders);
            return;
        }
        // 2.
        if (!desired.IsStaged) return;
        // 3.
        var slots = new IndexSlot[desired.Instances];
        foreach (var instance in situation.Actual)
        {
            if (instance.Version != desired.Version || instance.Index >= desired.Instances) StopUnwanted(instance, situation, patience, orders);
            else slots[instance.Index].Add(instance);
        }
        // 4.
        foreach (var slot in slots)
        {
            if (slot.Others is null) continue;
            StopEvacuated(slot, situation.Now, patience, orders);
            StopDuplicate(slot, situation.Now, patience, orders);
        }
        // 5.
        StartMissing(slots, desired, situation, orders);
    }

    private static void StopUnwanted(ActualInstance instance, in Situation situation, Patience patience, Orders orders)
    {
        // Whoever was first seen after the fetch began may have been started for a wish that the fetch did not bring.
        if (instance.FirstSeen >= situation.DesiredAsOf) orders.NeedsNewerDesired = true;
        else if (!IsBeingStopped(instance, situation.Now, patience)) orders.Stops.Add(new StopOrder(instance, IsDuplicate: false));
    }

    private static void StopEvacuated(in IndexSlot slot, DateTimeOffset now, Patience patience, Orders orders)
    {
        if (slot.Keeper is not { IsServing: true }) return;
        foreach (var instance in slot.Others!)
            if (instance.IsEvacuating && !IsBeingStopped(instance, now, patience)) orders.Stops.Add(new StopOrder(instance, IsDuplicate: true));
    }

    /// <summary>One at a time, the youngest first, and none before both have lived side by side for a while.</summary>
    private static void StopDuplicate(in IndexSlot slot, DateTimeOffset now, Patience patience, Orders orders)
    {
        ActualInstance? youngest = null;
        foreach (var instance in slot.Others!)
        {
            if (instance.IsEvacuating) continue;
            if (IsBeingStopped(instance, now, patience)) return;
            if (youngest is null || instance.FirstSeen > youngest.FirstSeen) youngest = instance;
        }
        if (youngest is null) return;
        var together = now - (youngest.FirstSeen > slot.Keeper!.FirstSeen ? youngest : slot.Keeper).FirstSeen;
        if (together >= patience.Duplicate) orders.Stops.Add(new StopOrder(youngest, IsDuplicate: true));
    }

    private static void StartMissing(IndexSlot[] slots, DesiredProcess desired, in Situation situation, Orders orders)
    {
        var running = slots.Count(s => s.IsRunning);
        var oneIsTriedForAll = false;
        for (var index = 0; index < slots.Length; index++)
        {
            var history = situation.History?[index] ?? default;
            var isForAnother = false;
            if (running == 0 && RestartPolicy.IsFlapping(history.Crashes))
            {
                // Nothing of it runs and restarts at once did not help: the first of them is tried, or starts already.
                isForAnother = oneIsTriedForAll;
                oneIsTriedForAll = true;
            }
            if (slots[index].IsTaken || isForAnother || history.StartDue > situation.Now) continue;
            orders.Starts.Add(new StartOrder(desired.Guid, desired.Version, index, 1 - (double)running / slots.Length, history.Crashes));
        }
    }

    private static bool IsBeingStopped(ActualInstance instance, DateTimeOffset now, Patience patience) =>
        instance.StopOrdered is { } at && now - at < patience.Stop;
}
