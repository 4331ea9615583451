using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>Where an instance is in its life. It only ever moves down this list.</summary>
internal enum InstanceState
{
    /// <summary>Accepted; its droplet is being fetched or its container made.</summary>
    Born,

    /// <summary>Its process runs and is not healthy yet.</summary>
    Starting,

    /// <summary>Healthy and routed.</summary>
    Running,

    /// <summary>On its way out because somebody asked for it.</summary>
    Stopping,

    /// <summary>Over, and nobody asked for it.</summary>
    Crashed,
}

internal static class InstanceStateNames
{
    /// <summary>As heartbeats carry it; null when they do not.</summary>
    public static string? OnTheWire(this InstanceState state) => state switch
    {
        InstanceState.Born or InstanceState.Starting => InstanceStates.Starting,
        InstanceState.Running => InstanceStates.Running,
        InstanceState.Crashed => InstanceStates.Crashed,
        _ => null,
    };
}
