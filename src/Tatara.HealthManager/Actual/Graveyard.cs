namespace Tatara.HealthManager.Actual;

/// <summary>Remembers who has ended, so that a message that comes late or twice neither revives an instance nor counts its crash again.</summary>
internal sealed class Graveyard
{
    /// <summary>Beyond it the newest are not remembered: the worst that follows is a crash counted twice.</summary>
    private const int MaxGraves = 500_000;
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, DateTimeOffset> _graves = new(StringComparer.Ordinal);
    private DateTimeOffset _swept;

    public bool Contains(string instance) => _graves.ContainsKey(instance);

    /// <summary>False when it lies here already; its rest begins anew then.</summary>
    public bool Bury(string instance, DateTimeOffset now)
    {
        Sweep(now);
        var isNew = !_graves.ContainsKey(instance);
        if (!isNew || _graves.Count < MaxGraves) _graves[instance] = now;
        return isNew;
    }

    private void Sweep(DateTimeOffset now)
    {
        if (now - _swept < Rest / 4) return;
        _swept = now;
        foreach (var (instance, at) in _graves)
            if (now - at > Rest) _graves.Remove(instance);
    }
}
