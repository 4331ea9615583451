namespace Tatara.HealthManager.Actual;

/// <summary>
/// Whether heartbeats can be believed to be complete. Silence means that a DEA is dead only to one who has listened without
/// a break for longer than a DEA may be silent, and who hears others meanwhile.
/// </summary>
/// <param name="settleTime">The same for the first time: DEAs may be recovering from whatever made this process start.</param>
internal sealed class Freshness(TimeSpan timeToLive, TimeSpan settleTime)
{
    private DateTimeOffset? _firstListened;
    private DateTimeOffset? _settled;
    private DateTimeOffset _lastHeartbeat;
    private DateTimeOffset _lastTick;

    /// <summary>Listens from now on.</summary>
    public void Listen(DateTimeOffset now)
    {
        _firstListened ??= now;
        _settled = Later(now + timeToLive, _firstListened.Value + settleTime);
        _lastTick = now;
    }

    /// <summary>The bus is away.</summary>
    public void Deafen() => _settled = null;

    public void Heard(DateTimeOffset now) => _lastHeartbeat = now;

    /// <summary>To be called at a steady pace. When it was not, this process stood still and what arrived meanwhile is unread: it listens anew, and true is returned.</summary>
    public bool Tick(DateTimeOffset now)
    {
        var hasSlept = _settled is not null && now - _lastTick > timeToLive / 2;
        _lastTick = now;
        if (hasSlept) Listen(now);
        return hasSlept;
    }

    public bool IsFresh(DateTimeOffset now) => _settled <= now && now - _lastHeartbeat <= timeToLive;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
