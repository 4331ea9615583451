using System.Runtime.InteropServices;
using Tatara.Protocol;

namespace Tatara.HealthManager.Actual;

/// <summary>
/// What runs, as DEAs tell. A heartbeat names all that a DEA holds: an instance that the next one does not name is gone,
/// and so are all instances of a DEA that is silent for too long.
/// </summary>
internal sealed class ActualState(TimeSpan timeToLive, IInstanceObserver observer)
{
    private static readonly List<ActualInstance> None = [];

    private readonly Dictionary<string, Dea> _deas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ActualInstance> _instances = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ActualInstance>> _byDroplet = new(StringComparer.Ordinal);
    private readonly Graveyard _exited = new();
    private long _heartbeats;

    /// <summary>Processes of which anything runs.</summary>
    public IReadOnlyCollection<string> Droplets => _byDroplet.Keys;

    public IReadOnlyList<ActualInstance> Of(string droplet) => _byDroplet.GetValueOrDefault(droplet, None);

    /// <summary>Hears a DEA that says what it said before, byte by byte, as most do most of the time. False when it has to be read.</summary>
    public bool ApplyAgain(string id, ReadOnlySpan<byte> heartbeat, DateTimeOffset now)
    {
        if (!_deas.TryGetValue(id, out var dea) || dea.Settled.IsEmpty || !dea.Settled.Span.SequenceEqual(heartbeat)) return false;
        dea.LastHeartbeat = now;
        return true;
    }

    /// <summary>Takes what a DEA holds in place of what it held. Returns how many of the heartbeat's entries were no use.</summary>
    /// <param name="body">The heartbeat as it came.</param>
    public int Apply(DeaHeartbeat heartbeat, DateTimeOffset now, ReadOnlyMemory<byte> body = default)
    {
        ref var dea = ref CollectionsMarshal.GetValueRefOrAddDefault(_deas, heartbeat.Dea, out var isKnown);
        dea ??= new Dea(heartbeat.Dea);
        dea.LastHeartbeat = now;
        _heartbeats++;
        var refused = 0;
        var before = dea.Renew();
        foreach (var entry in heartbeat.Droplets)
        {
            if (!MessageRules.IsValid(entry)) refused++;
            else if (InstanceStateNames.TryParseAlive(entry.State, out var state)) Keep(entry, state, dea, now);
            else Bury(entry, isKnown, now);
        }
        foreach (var instance in before)
            if (instance.Heartbeat != _heartbeats && instance.Dea == dea.Id) Remove(instance, now);
        dea.Settled = dea.Instances.Count == heartbeat.Droplets.Count ? body : default;
        return refused;
    }

    /// <summary>One instance ended.</summary>
    public void Apply(DropletExited exit, DateTimeOffset now)
    {
        if (!_exited.Bury(exit.Instance, now)) return;
        var wasLeaving = _instances.TryGetValue(exit.Instance, out var instance) && instance.IsEvacuating;
        if (instance is not null) Remove(instance, now);
        if (exit.Reason == ExitReasons.Stopped) observer.Stopped(exit.Droplet, exit.Version, exit.Index, now);
        else if (exit.Reason == ExitReasons.Crashed && !wasLeaving) observer.Crashed(exit.Droplet, exit.Version, exit.Index, now);
    }

    /// <summary>A DEA leaves with all it holds.</summary>
    public void Leave(string id, DateTimeOffset now)
    {
        if (!_deas.Remove(id, out var dea)) return;
        foreach (var instance in dea.Instances)
            if (instance.Dea == id) Remove(instance, now);
    }

    /// <summary>Gives up DEAs that are silent for too long; returns their ids.</summary>
    public IReadOnlyList<string> Expire(DateTimeOffset now)
    {
        List<string> silent = [];
        foreach (var dea in _deas.Values)
            if (now - dea.LastHeartbeat > timeToLive) silent.Add(dea.Id);
        foreach (var id in silent) Leave(id, now);
        return silent;
    }

    private void Keep(InstanceHeartbeat entry, InstanceState state, Dea dea, DateTimeOffset now)
    {
        if (_exited.Contains(entry.Instance)) return; // sent before its exit, received after it
        if (!_instances.TryGetValue(entry.Instance, out var instance))
        {
            instance = new ActualInstance(entry, dea.Id, now);
            _instances.Add(instance.Guid, instance);
            ref var siblings = ref CollectionsMarshal.GetValueRefOrAddDefault(_byDroplet, instance.Droplet, out _);
            (siblings ??= []).Add(instance);
            observer.Appeared(instance, now);
        }
        else if (instance.Heartbeat == _heartbeats)
        {
            return; // named twice in one heartbeat
        }
        if (instance.Dea != dea.Id) Unsettle(instance);
        instance.Update(state, entry.StateTimestamp, dea.Id, _heartbeats, now, entry.Ready ?? true);
        dea.Instances.Add(instance);
    }

    /// <summary>A crashed instance in a heartbeat: its exit message was lost, or it is an old one. What a DEA says first of all is old.</summary>
    private void Bury(InstanceHeartbeat entry, bool deaIsKnown, DateTimeOffset now)
    {
        var wasAlive = _instances.TryGetValue(entry.Instance, out var instance);
        if (!_exited.Bury(entry.Instance, now)) return;
        if (instance is not null) Remove(instance, now);
        if (entry.State == InstanceStates.Crashed && (wasAlive || deaIsKnown))
            observer.Crashed(entry.Droplet, entry.Version, entry.Index, now);
    }

    private void Remove(ActualInstance instance, DateTimeOffset now)
    {
        if (_instances.GetValueOrDefault(instance.Guid) != instance) return; // its exit came before
        _instances.Remove(instance.Guid);
        Unsettle(instance);
        if (_byDroplet.TryGetValue(instance.Droplet, out var siblings))
        {
            siblings.Remove(instance);
            if (siblings.Count == 0) _byDroplet.Remove(instance.Droplet);
        }
        observer.Ended(instance, now);
    }

    /// <summary>What its DEA said last is no longer all that is known of it: the same again has to be read.</summary>
    private void Unsettle(ActualInstance instance)
    {
        if (_deas.TryGetValue(instance.Dea, out var dea)) dea.Settled = default;
    }
}
