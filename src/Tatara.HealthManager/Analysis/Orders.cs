using Tatara.HealthManager.Actual;

namespace Tatara.HealthManager.Analysis;

/// <summary>Start an instance.</summary>
/// <param name="Urgency">How much of its process does not run, 0 to 1: who has nothing left comes first.</param>
/// <param name="Crashes">Of its index, in a row.</param>
internal sealed record StartOrder(string Droplet, string Version, int Index, double Urgency, int Crashes = 0);

/// <summary>Stop an instance.</summary>
/// <param name="IsDuplicate">Its index is wanted, but another instance serves there.</param>
internal sealed record StopOrder(ActualInstance Instance, bool IsDuplicate);

/// <summary>What must be done so that what runs becomes what is wanted.</summary>
internal sealed class Orders
{
    public List<StartOrder> Starts { get; private set; } = [];
    public List<StopOrder> Stops { get; } = [];

    /// <summary>Something runs that may be wanted since the latest fetch.</summary>
    public bool NeedsNewerDesired { get; set; }

    /// <summary>Leaves the most urgent starts; the others are found again by the next analysis.</summary>
    public void LimitStarts(int limit)
    {
        if (Starts.Count > limit) Starts = [.. Starts.OrderByDescending(s => s.Urgency).Take(limit)];
    }
}
