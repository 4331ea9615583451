using Tatara.Protocol;

namespace Tatara.HealthManager.Tests.Simulation;

/// <summary>A DEA on virtual time, with instances that start, run and crash as the platform's apps are told to.</summary>
internal sealed class SimulatedDea(SimulatedPlatform platform, string id)
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(2);
    private DateTimeOffset _nextHeartbeat;

    public string Id { get; } = id;
    public List<SimulatedInstance> Instances { get; } = [];
    public bool IsDead { get; private set; }

    /// <summary>Runs, but nobody hears it and it hears nobody.</summary>
    public bool IsCutOff { get; set; }

    public void Start(string droplet, string version, int index)
    {
        if (IsDead || IsCutOff) return;
        Instances.Add(new SimulatedInstance(droplet, version, index, platform.Now));
        platform.StartsSeen.Add((droplet, index, platform.Now));
    }

    public void Stop(string instance)
    {
        if (IsDead || IsCutOff) return;
        if (Instances.Find(i => i.Guid == instance) is { } found) End(found, ExitReasons.Stopped);
    }

    public void Crash(SimulatedInstance instance, bool tell = true) => End(instance, ExitReasons.Crashed, tell);

    public void Evacuate()
    {
        foreach (var instance in Instances) instance.State = InstanceStates.Evacuating;
    }

    /// <summary>The machine is gone, with all that ran there.</summary>
    public void Die()
    {
        IsDead = true;
        Instances.Clear();
    }

    public void HeartbeatNow() => _nextHeartbeat = platform.Now;

    public void Step()
    {
        if (IsDead) return;
        foreach (var instance in Instances.ToList())
        {
            if (instance.State == InstanceStates.Starting && platform.Now - instance.Since >= platform.StartTime) instance.State = InstanceStates.Running;
            if (platform.CrashAfter.TryGetValue(instance.Droplet, out var life) && platform.Now - instance.Since >= life) Crash(instance);
        }
        if (platform.Now < _nextHeartbeat || IsCutOff) return;
        _nextHeartbeat = platform.Now + HeartbeatInterval;
        var heartbeat = new DeaHeartbeat(
            Id, [.. Instances.Select(i => new InstanceHeartbeat(i.Droplet, i.Version, i.Guid, i.Index, i.State, i.Since.ToUnixTimeSeconds()))]);
        platform.Wire.Send($"heartbeat {Id}", () => platform.Monitor.Hear(heartbeat));
    }

    private void End(SimulatedInstance instance, string reason, bool tell = true)
    {
        Instances.Remove(instance);
        var exit = new DropletExited(instance.Droplet, instance.Version, instance.Guid, instance.Index, reason, 1, "ended");
        if (tell && !IsCutOff) platform.Wire.Send($"exit {Id}", () => platform.CloudController.Obey(platform.Monitor.Hear(exit)));
    }
}

internal sealed class SimulatedInstance(string droplet, string version, int index, DateTimeOffset since)
{
    public string Guid { get; } = System.Guid.NewGuid().ToString();
    public string Droplet { get; } = droplet;
    public string Version { get; } = version;
    public int Index { get; } = index;
    public DateTimeOffset Since { get; } = since;
    public string State { get; set; } = InstanceStates.Starting;
}
