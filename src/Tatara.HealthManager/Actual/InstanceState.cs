using Tatara.Protocol;

namespace Tatara.HealthManager.Actual;

/// <summary>The states of an instance that is alive.</summary>
internal enum InstanceState
{
    Starting,
    Running,
    Evacuating,
}

internal static class InstanceStateNames
{
    public static string ToWire(this InstanceState state) => state switch
    {
        InstanceState.Starting => InstanceStates.Starting,
        InstanceState.Running => InstanceStates.Running,
        _ => InstanceStates.Evacuating,
    };

    /// <summary>False for CRASHED and for states nobody knows: such an instance serves nobody.</summary>
    public static bool TryParseAlive(string wire, out InstanceState state)
    {
        (var known, state) = wire switch
        {
            InstanceStates.Starting => (true, InstanceState.Starting),
            InstanceStates.Running => (true, InstanceState.Running),
            InstanceStates.Evacuating => (true, InstanceState.Evacuating),
            _ => (false, default),
        };
        return known;
    }
}
