using Tatara.Protocol;

namespace Tatara.HealthManager.Actual;

/// <summary>An instance that its DEA's latest heartbeat named as alive.</summary>
internal sealed class ActualInstance(InstanceHeartbeat first, string dea, DateTimeOffset now)
{
    public string Guid { get; } = first.Instance;
    public string Droplet { get; } = first.Droplet;
    public string Version { get; } = first.Version;
    public int Index { get; } = first.Index;
    public DateTimeOffset FirstSeen { get; } = now;

    /// <summary>The DEA that named it last; not always the first, for a DEA may come back under another id.</summary>
    public string Dea { get; private set; } = dea;
    public InstanceState State { get; private set; }

    /// <summary>By the DEA's clock: only for telling others.</summary>
    public double StateTimestamp { get; private set; }
    public DateTimeOffset? RunningSince { get; private set; }

    /// <summary>Number of the heartbeat that named it last.</summary>
    public long Heartbeat { get; private set; }

    /// <summary>When its stop was ordered last.</summary>
    public DateTimeOffset? StopOrdered { get; set; }

    /// <summary>It runs and routers send it requests.</summary>
    public bool IsServing { get; private set; }

    public bool IsEvacuating => State == InstanceState.Evacuating;

    public void Update(InstanceState state, double stateTimestamp, string dea, long heartbeat, DateTimeOffset now, bool isReady = true)
    {
        IsServing = state == InstanceState.Running && isReady;
        (State, StateTimestamp, Dea, Heartbeat) = (state, stateTimestamp, dea, heartbeat);
        if (state == InstanceState.Running) RunningSince ??= now;
    }

    public InstanceHeartbeat ToHeartbeat() => new(Droplet, Version, Guid, Index, State.ToWire(), StateTimestamp);
}
