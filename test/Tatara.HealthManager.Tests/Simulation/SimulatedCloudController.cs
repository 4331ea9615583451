using Tatara.HealthManager.Analysis;
using Tatara.HealthManager.Desired;
using Tatara.Protocol;

namespace Tatara.HealthManager.Tests.Simulation;

/// <summary>Cloud Controller on virtual time: starts and stops what its users want, and obeys the Health Manager when it agrees.</summary>
internal sealed class SimulatedCloudController(SimulatedPlatform platform)
{
    private static readonly TimeSpan FetchInterval = TimeSpan.FromSeconds(30);
    private DateTimeOffset _nextFetch;

    public Dictionary<string, (string Version, int Instances, bool Started, DateTimeOffset UpdatedAt)> Apps { get; } = [];

    /// <summary>Answers nobody and does nothing.</summary>
    public bool IsAway { get; set; }

    /// <summary>Starting and stopping a process leaves its mark of change as it is.</summary>
    public bool KeepsUpdatedAt { get; set; }

    /// <summary>A user pushes, scales, restarts: Cloud Controller does it by itself and tells the Health Manager.</summary>
    public void Want(string droplet, string version, int instances, bool started = true, bool act = true)
    {
        var before = Apps.GetValueOrDefault(droplet);
        Apps[droplet] = (version, instances, started, KeepsUpdatedAt ? before.UpdatedAt : platform.Now);
        platform.Wire.Send("droplet.updated", () =>
        {
            platform.Monitor.HearChange(droplet);
            _nextFetch = platform.Now + SimulatedPlatform.StepTime;
        });
        if (!act) return;
        foreach (var dea in platform.Deas)
            foreach (var instance in dea.Instances.Where(i => i.Droplet == droplet && !IsWanted(i.Droplet, i.Version, i.Index)).ToList()) Stop(instance.Guid);
        if (!started) return;
        var first = before.Version == version && before.Started ? before.Instances : 0;
        for (var index = first; index < instances; index++) Start(droplet, version, index);
    }

    public void Obey(Orders orders)
    {
        if (orders.NeedsNewerDesired) _nextFetch = platform.Now + SimulatedPlatform.StepTime;
        foreach (var start in orders.Starts)
        {
            platform.StartsOrdered.Add((start.Droplet, start.Index, platform.Now));
            var isDone = false;
            platform.Wire.Send("hm9000.start", () =>
            {
                if (isDone || IsAway || !IsWanted(start.Droplet, start.Version, start.Index)) return;
                isDone = true;
                Start(start.Droplet, start.Version, start.Index);
            });
        }
        foreach (var stop in orders.Stops)
        {
            var (droplet, version, index, guid) = (stop.Instance.Droplet, stop.Instance.Version, stop.Instance.Index, stop.Instance.Guid);
            platform.StopsOrdered.Add((droplet, index, guid, platform.Now));
            platform.Wire.Send("hm9000.stop", () =>
            {
                if (!IsAway && (stop.IsDuplicate || !IsWanted(droplet, version, index))) Stop(guid);
            });
        }
    }

    public void Step()
    {
        if (IsAway || platform.Now < _nextFetch) return;
        _nextFetch = platform.Now + FetchInterval;
        var settled = platform.Now - TimeSpan.FromSeconds(70);
        platform.Monitor.Learn(
            Apps.Where(a => a.Value.Started).ToDictionary(
                a => a.Key,
                a => new DesiredProcess(a.Key, a.Value.Version, a.Value.Instances, true, a.Value.UpdatedAt, a.Value.UpdatedAt < settled)),
            platform.Monitor.Now);
    }

    private bool IsWanted(string droplet, string version, int index) =>
        Apps.TryGetValue(droplet, out var app) && app.Started && app.Version == version && index < app.Instances;

    private void Start(string droplet, string version, int index) => platform.Wire.Send("start", () =>
        platform.Deas.Where(d => !d.IsDead && !d.IsCutOff && !d.Instances.Exists(i => i.State == InstanceStates.Evacuating))
            .MinBy(d => d.Instances.Count)?.Start(droplet, version, index));

    private void Stop(string instance)
    {
        foreach (var dea in platform.Deas) platform.Wire.Send($"stop {dea.Id}", () => dea.Stop(instance));
    }
}
