using Tatara.MessageBus;
using Tatara.Testing;

namespace Tatara.HealthManager.Tests.Simulation;

/// <summary>A whole platform on virtual time around the real judgement: hours pass in milliseconds, and each run is the same.</summary>
internal sealed class SimulatedPlatform
{
    public static readonly TimeSpan StepTime = TimeSpan.FromMilliseconds(100);

    private static readonly HealthManagerOptions Options = new()
    {
        Bus = new NatsOptions { Servers = ["unused:1"] },
        CloudControllerUrl = new Uri("http://unused"),
        BulkPassword = "unused",
    };

    private readonly ManualTimeProvider _clock = new();
    private DateTimeOffset _nextTick;
    private DateTimeOffset? _sleepsUntil;

    public SimulatedPlatform(int deas = 2, int seed = 1)
    {
        Wire = new Wire(_clock, seed);
        CloudController = new SimulatedCloudController(this);
        for (var i = 0; i < deas; i++) Deas.Add(new SimulatedDea(this, $"dea-{i}"));
        Monitor = StartMonitor();
    }

    public Wire Wire { get; }
    public SimulatedCloudController CloudController { get; }
    public List<SimulatedDea> Deas { get; } = [];
    public HealthMonitor Monitor { get; private set; }
    public TimeSpan StartTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Apps whose instances crash, and how long they live.</summary>
    public Dictionary<string, TimeSpan> CrashAfter { get; } = [];

    public List<(string Droplet, int Index, DateTimeOffset At)> StartsOrdered { get; } = [];
    public List<(string Droplet, int Index, string Instance, DateTimeOffset At)> StopsOrdered { get; } = [];

    /// <summary>Starts that reached a DEA, whoever ordered them.</summary>
    public List<(string Droplet, int Index, DateTimeOffset At)> StartsSeen { get; } = [];

    public DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>A platform on which an app runs, well known to the Health Manager.</summary>
    public static SimulatedPlatform Running(string droplet, int instances, int deas = 2)
    {
        var platform = new SimulatedPlatform(deas);
        platform.CloudController.Want(droplet, "v1", instances);
        platform.Run(120);
        platform.ShouldRunExactly();
        platform.StartsOrdered.ShouldBeEmpty();
        platform.StopsOrdered.ShouldBeEmpty();
        return platform;
    }

    public IEnumerable<SimulatedInstance> Instances => Deas.Where(d => !d.IsDead).SelectMany(d => d.Instances);

    /// <summary>Lets time pass, and checks after each step what must always hold.</summary>
    public void Run(double seconds, Action? always = null)
    {
        for (var end = Now.AddSeconds(seconds); Now < end;)
        {
            _clock.Advance(StepTime);
            foreach (var dea in Deas) dea.Step();
            if (_sleepsUntil > Now) continue;
            Wire.Deliver();
            CloudController.Step();
            if (Now >= _nextTick)
            {
                _nextTick = Now + Options.AnalysisInterval;
                CloudController.Obey(Monitor.Tick().Orders);
            }
            always?.Invoke();
        }
    }

    /// <summary>Seconds until it holds.</summary>
    public double RunUntil(Func<bool> holds, double atMost)
    {
        var begin = Now;
        while (!holds())
        {
            (Now - begin).TotalSeconds.ShouldBeLessThan(atMost, "it did not come to hold in time");
            Run(StepTime.TotalSeconds);
        }
        return (Now - begin).TotalSeconds;
    }

    /// <summary>The Health Manager dies and comes back with an empty memory.</summary>
    public void RestartMonitor() => Monitor = StartMonitor();

    /// <summary>The Health Manager's process stands still; what arrives waits.</summary>
    public void SleepMonitor(double seconds) => _sleepsUntil = Now.AddSeconds(seconds);

    public void CutBus()
    {
        Wire.IsCut = true;
        Monitor.Deafen();
    }

    public void MendBus()
    {
        Wire.IsCut = false;
        Monitor.Listen();
    }

    public bool RunsExactly() => Difference().Length == 0;

    public void ShouldRunExactly() => Difference().ShouldBe("");

    private string Difference()
    {
        var wanted = CloudController.Apps.Where(a => a.Value.Started)
            .SelectMany(a => Enumerable.Range(0, a.Value.Instances).Select(i => $"{a.Key} {a.Value.Version} {i}")).ToHashSet();
        var actual = Instances.Select(i => $"{i.Droplet} {i.Version} {i.Index}").ToList();
        return string.Join("; ",
            wanted.Except(actual).Select(w => "missing " + w)
                .Concat(actual.Where(a => !wanted.Contains(a)).Select(a => "extra " + a))
                .Concat(actual.GroupBy(a => a).Where(g => g.Count() > 1).Select(g => $"{g.Count()} times {g.Key}")));
    }

    private HealthMonitor StartMonitor()
    {
        var monitor = new HealthMonitor(Options, _clock);
        monitor.Listen();
        foreach (var dea in Deas) dea.HeartbeatNow();
        return monitor;
    }
}
