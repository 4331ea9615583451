using Tatara.HealthManager.Actual;
using Tatara.HealthManager.Analysis;
using Tatara.HealthManager.Desired;
using Tatara.Protocol;

namespace Tatara.HealthManager;

/// <summary>
/// All that the Health Manager knows, and its judgement. It takes messages in and gives orders out; sending and receiving is
/// others' work, so that a simulator can run it on a clock of its own. Safe to call from several threads.
/// </summary>
internal sealed class HealthMonitor
{
    private readonly HealthManagerOptions _options;
    private readonly Patience _patience;
    private readonly SteadyClock _clock;
    private readonly Lock _lock = new();
    private readonly Freshness _freshness;
    private readonly DesiredState _desired;
    private readonly ActualState _actual;
    private readonly Ledger _ledger;
    private DateTimeOffset _analysed;

    public HealthMonitor(HealthManagerOptions options, TimeProvider time)
    {
        _options = options;
        _patience = new Patience(options.StopGrace, options.DuplicateGrace);
        _clock = new SteadyClock(time);
        _freshness = new Freshness(options.HeartbeatTimeToLive, options.SettleTime);
        _desired = new DesiredState(options.DesiredTimeToLive);
        _ledger = new Ledger(options.StartGrace);
        _actual = new ActualState(options.HeartbeatTimeToLive, _ledger);
        _analysed = _clock.Now;
    }

    /// <summary>Whether orders may be given at this moment. Who may not listens all the same, and so can take over at once.</summary>
    public Func<bool> MayJudge { get; set; } = () => true;

    /// <summary>Whether this is the one that judges.</summary>
    public bool IsActive => MayJudge();

    /// <summary>Since everything was compared, or since the start.</summary>
    public TimeSpan SinceAnalysis
    {
        get
        {
            lock (_lock) return _clock.Now - _analysed;
        }
    }

    /// <summary>Whether what should run is known well enough to act on.</summary>
    public bool KnowsDesired
    {
        get
        {
            lock (_lock) return _desired.IsFresh(_clock.Now);
        }
    }

    /// <summary>The moment to hand to <see cref="Learn"/> when a fetch begins.</summary>
    public DateTimeOffset Now => _clock.Now;

    /// <summary>The bus answers (again), or messages were lost on the way: whoever seems silent may have spoken.</summary>
    public void Listen()
    {
        lock (_lock) _freshness.Listen(_clock.Now);
    }

    /// <summary>The bus is away.</summary>
    public void Deafen()
    {
        lock (_lock) _freshness.Deafen();
    }

    /// <summary>Hears a heartbeat that is the DEA's last one again; false when it is not, and has to be read.</summary>
    public bool HearAgain(string dea, ReadOnlySpan<byte> heartbeat)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            if (!_actual.ApplyAgain(dea, heartbeat, now)) return false;
            _freshness.Heard(now);
            return true;
        }
    }

    /// <summary>Returns how many of the heartbeat's entries were no use.</summary>
    /// <param name="body">The heartbeat as it came.</param>
    public int Hear(DeaHeartbeat heartbeat, ReadOnlyMemory<byte> body = default)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            _freshness.Heard(now);
            return _actual.Apply(heartbeat, now, body);
        }
    }

    /// <summary>An instance ended. Returns what follows at once for its process.</summary>
    public Orders Hear(DropletExited exit)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            _actual.Apply(exit, now);
            var orders = new Orders();
            if (CanJudge(now)) Judge(exit.Droplet, now, orders);
            return Note(orders, now);
        }
    }

    /// <summary>A DEA leaves, and all that it holds ends with it.</summary>
    public void HearFarewell(string dea)
    {
        lock (_lock) _actual.Leave(dea, _clock.Now);
    }

    /// <summary>Cloud Controller changed a process.</summary>
    public void HearChange(string droplet)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            _desired.MarkChanged(droplet, now);
            if (_desired.Processes.TryGetValue(droplet, out var process)) _ledger.Changed(process, now);
        }
    }

    /// <summary>Takes the whole desired state, fetched from <paramref name="asOf"/> on.</summary>
    public void Learn(IReadOnlyDictionary<string, DesiredProcess> processes, DateTimeOffset asOf)
    {
        lock (_lock)
        {
            if (_desired.Replace(processes, asOf)) _ledger.Expect(processes, asOf, _clock.Now);
        }
    }

    /// <summary>Compares everything. To be called at a steady pace.</summary>
    public Verdict Tick()
    {
        lock (_lock)
        {
            var now = _analysed = _clock.Now;
            var hasSlept = _freshness.Tick(now);
            var orders = new Orders();
            IReadOnlyList<string> silent = [];
            if (_freshness.IsFresh(now))
            {
                silent = _actual.Expire(now);
                if (CanJudge(now)) JudgeAll(now, orders);
            }
            return new Verdict(Note(orders, now), silent, hasSlept);
        }
    }

    /// <summary>What is known of a process in a version; null while that is not reliable.</summary>
    public AppStateResponse? Describe(AppStateRequest request)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            if (!_freshness.IsFresh(now)) return null;
            var instances = _actual.Of(request.Droplet).Where(i => i.Version == request.Version).ToList();
            var healthy = instances.Where(i => Ledger.IsHealthy(i, now)).Select(i => i.Index).ToHashSet();
            var crashes = _ledger.Find(request.Droplet, request.Version)?.Crashed.Where(c => !healthy.Contains(c.Index)) ?? [];
            return new AppStateResponse(
                request.Droplet,
                request.Version,
                [.. instances.Select(i => i.ToHeartbeat())],
                [.. crashes.Select(c => new CrashCount(request.Droplet, request.Version, c.Index, c.History.Crashes, c.History.LastCrash.ToUnixTimeSeconds()))]);
        }
    }

    /// <summary>Counts everything; apps without bits are not to run.</summary>
    public Census Count()
    {
        lock (_lock)
        {
            var (desired, served, actual) = (0, 0, 0);
            foreach (var process in _desired.Processes.Values)
            {
                if (!process.IsStaged) continue;
                desired += process.Instances;
                served += _actual.Of(process.Guid).Where(i => i.Version == process.Version && i.Index < process.Instances && !i.IsEvacuating).Select(i => i.Index).Distinct().Count();
            }
            foreach (var droplet in _actual.Droplets) actual += _actual.Of(droplet).Count;
            return new Census(desired, actual, desired - served, actual - served);
        }
    }

    private bool CanJudge(DateTimeOffset now) => MayJudge() && _freshness.IsFresh(now) && _desired.IsFresh(now);

    private void JudgeAll(DateTimeOffset now, Orders orders)
    {
        foreach (var droplet in _desired.Processes.Keys) Judge(droplet, now, orders);
        foreach (var droplet in _actual.Droplets)
            if (!_desired.Processes.ContainsKey(droplet)) Judge(droplet, now, orders);
        orders.LimitStarts(_options.MaxStartsPerAnalysis);
    }

    private void Judge(string droplet, DateTimeOffset now, Orders orders)
    {
        if (_desired.IsOutdated(droplet)) return;
        var desired = _desired.Processes.GetValueOrDefault(droplet);
        var history = desired is null ? null : _ledger.Find(droplet, desired.Version);
        Analyzer.Analyze(new Situation(desired, _desired.AsOf, _actual.Of(droplet), history, now), _patience, orders);
    }

    /// <summary>Remembers what is ordered, so that it is not ordered twice.</summary>
    private Orders Note(Orders orders, DateTimeOffset now)
    {
        foreach (var start in orders.Starts) _ledger.Ordered(start, now);
        foreach (var stop in orders.Stops) stop.Instance.StopOrdered = now;
        return orders;
    }
}
