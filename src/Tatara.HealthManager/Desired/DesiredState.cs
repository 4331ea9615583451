namespace Tatara.HealthManager.Desired;

/// <summary>What Cloud Controller wants, as of the latest whole fetch.</summary>
internal sealed class DesiredState(TimeSpan timeToLive)
{
    private readonly Dictionary<string, DateTimeOffset> _changed = new(StringComparer.Ordinal);

    /// <summary>Every started process, by guid.</summary>
    public IReadOnlyDictionary<string, DesiredProcess> Processes { get; private set; } = new Dictionary<string, DesiredProcess>();

    /// <summary>When the fetch that brought this began: changes made later may be missing.</summary>
    public DateTimeOffset AsOf { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Takes the place of all that was known; false when that is newer.</summary>
    public bool Replace(IReadOnlyDictionary<string, DesiredProcess> processes, DateTimeOffset asOf)
    {
        if (asOf < AsOf) return false;
        (Processes, AsOf) = (processes, asOf);
        foreach (var (guid, at) in _changed)
            if (at < asOf) _changed.Remove(guid);
        return true;
    }

    /// <summary>Cloud Controller says that what is known of a process is out of date.</summary>
    public void MarkChanged(string guid, DateTimeOffset now)
    {
        if (Processes.ContainsKey(guid)) _changed[guid] = now;
    }

    /// <summary>Whether enough is known to act on at all.</summary>
    public bool IsFresh(DateTimeOffset now) => now - AsOf <= timeToLive;

    /// <summary>Whether what is known of a process may have changed since.</summary>
    public bool IsOutdated(string guid) => _changed.ContainsKey(guid);
}
