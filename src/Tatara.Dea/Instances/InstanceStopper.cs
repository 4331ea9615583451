using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>dea.stop: asks every instance that is meant to stop, and forgets crashed ones.</summary>
internal sealed class InstanceStopper(InstanceTable table, InstanceRemains remains)
{
    public void Stop(DeaStopMessage message)
    {
        foreach (var instance in table.Matching(message)) Stop(instance, instance.IsEvacuating ? ExitReasons.DeaEvacuation : ExitReasons.Stopped);
    }

    public void Stop(Instance instance, string reason)
    {
        instance.RequestStop(reason);
        if (instance.State == InstanceState.Crashed) instance.Life.ContinueWith(_ => remains.Forget(instance), TaskScheduler.Default);
    }
}
