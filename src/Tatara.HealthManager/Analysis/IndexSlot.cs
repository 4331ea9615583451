using Tatara.HealthManager.Actual;

namespace Tatara.HealthManager.Analysis;

/// <summary>The instances of one index: the one to keep, and the others if there are any.</summary>
internal struct IndexSlot
{
    public ActualInstance? Keeper { get; private set; }
    public List<ActualInstance>? Others { get; private set; }

    /// <summary>Somebody serves here, or will soon, and does not leave.</summary>
    public readonly bool IsTaken => Keeper is { IsEvacuating: false };

    public readonly bool IsRunning => Keeper is { State: InstanceState.Running };

    public void Add(ActualInstance instance)
    {
        if (Keeper is null)
        {
            Keeper = instance;
            return;
        }
        var isBetter = IsBetter(instance, Keeper);
        (Others ??= []).Add(isBetter ? Keeper : instance);
        if (isBetter) Keeper = instance;
    }

    /// <summary>Who runs before who starts before who leaves, then the older one; the rest is for a choice that does not change.</summary>
    private static bool IsBetter(ActualInstance a, ActualInstance b)
    {
        if (Rank(a) != Rank(b)) return Rank(a) < Rank(b);
        if (a.FirstSeen != b.FirstSeen) return a.FirstSeen < b.FirstSeen;
        return string.CompareOrdinal(a.Guid, b.Guid) < 0;
    }

    private static int Rank(ActualInstance instance) => instance.State switch
    {
        InstanceState.Running => 0,
        InstanceState.Starting => 1,
        _ => 2,
    };
}
