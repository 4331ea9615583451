namespace Tatara.HealthManager.Actual;

/// <summary>A machine that runs instances, and those its latest heartbeat named.</summary>
internal sealed class Dea(string id)
{
    private List<ActualInstance> _spare = [];

    public string Id { get; } = id;
    public DateTimeOffset LastHeartbeat { get; set; }
    public List<ActualInstance> Instances { get; private set; } = [];

    /// <summary>The latest heartbeat as it came, if the same again would change nothing; else empty.</summary>
    public ReadOnlyMemory<byte> Settled { get; set; }

    /// <summary>Begins an empty list and returns the one until now, which is valid until the next call.</summary>
    public List<ActualInstance> Renew()
    {
        (Instances, _spare) = (_spare, Instances);
        Instances.Clear();
        return _spare;
    }
}
