using Tatara.Containers;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>One instance of an app on this machine: BORN → STARTING → RUNNING → STOPPING or CRASHED. <see cref="InstanceLife"/> leads it through.</summary>
internal sealed class Instance(InstanceRecord record, InstanceStore store, TimeProvider time)
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private volatile InstanceRecord _record = record;
    private bool _removed;

    public InstanceRecord Record => _record;
    public string Guid => _record.Guid;
    public DeaStartMessage Start => _record.Start;
    public InstanceState State => _record.State;

    /// <summary>Its container, once there is one.</summary>
    public IContainer? Container { get; set; }

    /// <summary>Cancelled when somebody wants it to stop.</summary>
    public CancellationToken StopRequested => _stop.Token;

    /// <summary>Why it is to stop, as droplet.exited will say.</summary>
    public string StopReason { get; private set; } = ExitReasons.Stopped;

    /// <summary>It is to end here once another one runs elsewhere.</summary>
    public bool IsEvacuating { get; set; }

    /// <summary>Ends when its life here is over and nothing of it is left but the record of a crash.</summary>
    public Task Life { get; set; } = Task.CompletedTask;

    /// <summary>It occupies memory and disk.</summary>
    public bool HoldsResources => State != InstanceState.Crashed;

    /// <summary>It is on its way to serve, or does.</summary>
    public bool IsAlive => State is InstanceState.Born or InstanceState.Starting or InstanceState.Running;

    /// <summary>Asks it to stop; <see cref="InstanceLife"/> does it. Harmless to repeat.</summary>
    public void RequestStop(string reason = ExitReasons.Stopped)
    {
        if (_stop.IsCancellationRequested) return;
        StopReason = reason;
        _stop.Cancel();
    }

    /// <summary>Enters a state.</summary>
    public void Become(InstanceState state) => Note(r => r with { State = state, StateSince = time.GetUtcNow() });

    /// <summary>
    /// Changes what is known of it, on disk too if that takes it: how an instance goes on, and that it ends, must not depend on a full disk. A DEA
    /// that starts again then reads an older state, and finds out by the container.
    /// </summary>
    public void Note(Func<InstanceRecord, InstanceRecord> change)
    {
        lock (_lock)
        {
            _record = change(_record);
            try
            {
                if (!_removed) store.Save(_record);
            }
            catch (IOException)
            {
                // Said by whoever keeps the disk.
            }
        }
    }

    /// <summary>Changes what is known of it, on disk first.</summary>
    public void Update(Func<InstanceRecord, InstanceRecord> change)
    {
        lock (_lock)
        {
            var changed = change(_record);
            if (!_removed) store.Save(changed);
            _record = changed;
        }
    }

    /// <summary>Forgets it on disk.</summary>
    public void RemoveRecord()
    {
        lock (_lock)
        {
            _removed = true;
            store.Delete(Guid);
        }
    }
}
