using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Bench.Simulation;

/// <summary>
/// DEAs as the bus sees them: they tell what they hold every 2 s and what they have free every 5 s, and what they are told to
/// start runs at once. They stop nothing by themselves; one that vanishes says no word more.
/// </summary>
internal sealed class SimulatedDeas : IAsyncDisposable
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AdvertiseInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly NatsConnection _bus;
    private readonly SimulatedCloud _cloud;
    private readonly SimulatedDea[] _deas;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<SeenStart> _starts = new();
    private Task _work = Task.CompletedTask;
    private int _stops;

    private SimulatedDeas(string bus, SimulatedCloud cloud)
    {
        _cloud = cloud;
        _bus = new NatsConnection(new NatsOptions { Servers = [bus], Json = ProtocolJson.Default.Options });
        _deas = [.. Enumerable.Range(0, cloud.Deas).Select(dea => new SimulatedDea(dea, cloud))];
    }

    /// <summary>Every start that was ordered since the last <see cref="Forget"/>.</summary>
    public IReadOnlyCollection<SeenStart> Starts => _starts;

    public int StartCount => _starts.Count;

    /// <summary>Stops that were ordered. The simulation gives no reason for any.</summary>
    public int Stops => Volatile.Read(ref _stops);

    public static async Task<SimulatedDeas> StartAsync(string bus, SimulatedCloud cloud)
    {
        var deas = new SimulatedDeas(bus, cloud);
        await deas._bus.ConnectAsync();
        var starts = await deas._bus.SubscribeCoreAsync<DeaStartMessage>(Subjects.DeaStartInstance("*"));
        var stops = await deas._bus.SubscribeCoreAsync<DeaStopMessage>(Subjects.DeaStop);
        deas._work = Task.WhenAll(
            Task.Run(() => deas.HearStartsAsync(starts)),
            Task.Run(() => deas.HearStopsAsync(stops)),
            Task.Run(() => deas.RepeatAsync(HeartbeatInterval, Subjects.DeaHeartbeat, d => d.Heartbeat())),
            Task.Run(() => deas.RepeatAsync(AdvertiseInterval, Subjects.DeaAdvertise, d => d.Advertisement())));
        return deas;
    }

    public void Forget() => _starts.Clear();

    /// <summary>The first so many fall silent. Returns what they held.</summary>
    public HashSet<(string App, int Index)> Vanish(int count)
    {
        var lost = new HashSet<(string, int)>();
        foreach (var dea in _deas.Take(count)) lost.UnionWith(dea.Vanish());
        return lost;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _bus.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>Each DEA at its own moment within the interval, as those of machines that were started at different times.</summary>
    private async Task RepeatAsync(TimeSpan interval, string subject, Func<SimulatedDea, byte[]?> make)
    {
        var watch = Stopwatch.StartNew();
        for (long sent = 0; ; sent++)
        {
            var due = interval * ((double)sent / _deas.Length);
            while (watch.Elapsed < due) await Task.Delay(Step, _stopping.Token);
            if (make(_deas[sent % _deas.Length]) is { } message) await _bus.PublishBytesAsync(subject, message, cancellationToken: _stopping.Token);
        }
    }

    private async Task HearStartsAsync(NatsSubscription<DeaStartMessage> subscription)
    {
        await foreach (var message in subscription.ReadAllAsync(_stopping.Token))
        {
            var dea = int.Parse(message.Subject.Split('.')[1].AsSpan(SimulatedCloud.DeaId(0).Length - 1), System.Globalization.CultureInfo.InvariantCulture);
            var start = message.Data!;
            _starts.Enqueue(new SeenStart(dea, start.Droplet, start.Index, Stopwatch.GetTimestamp()));
            _deas[dea].Start(start);
        }
    }

    private async Task HearStopsAsync(NatsSubscription<DeaStopMessage> subscription)
    {
        await foreach (var _ in subscription.ReadAllAsync(_stopping.Token)) Interlocked.Increment(ref _stops);
    }

    /// <summary>One of them. What it says is made anew only when something changed.</summary>
    private sealed class SimulatedDea
    {
        private const int TotalMemoryMb = 2 * SimulatedCloud.InstancesPerDea * SimulatedCloud.MemoryMb;

        private readonly string _id;
        private readonly string _zone;
        private readonly Lock _lock = new();
        private readonly List<InstanceHeartbeat> _instances;
        private byte[]? _heartbeat;
        private byte[]? _advertisement;
        private bool _isGone;

        public SimulatedDea(int dea, SimulatedCloud cloud)
        {
            var since = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            _id = SimulatedCloud.DeaId(dea);
            _zone = dea % 2 == 0 ? "z1" : "z2";
            _instances = [.. cloud.InstancesOf(dea).Select(i => new InstanceHeartbeat(
                SimulatedCloud.AppGuid(i.App), SimulatedCloud.VersionGuid(i.App), SimulatedCloud.InstanceGuid(i.Instance), i.Index, InstanceStates.Running, since))];
        }

        public byte[]? Heartbeat()
        {
            lock (_lock) return _isGone ? null : _heartbeat ??= JsonSerializer.SerializeToUtf8Bytes(new DeaHeartbeat(_id, _instances), ProtocolJson.Default.DeaHeartbeat);
        }

        public byte[]? Advertisement()
        {
            lock (_lock)
            {
                if (_isGone) return null;
                var free = TotalMemoryMb - _instances.Count * SimulatedCloud.MemoryMb;
                return _advertisement ??= JsonSerializer.SerializeToUtf8Bytes(
                    new DeaAdvertisement(_id, [SimulatedCloud.Stack], free, free, _instances.CountBy(i => i.Droplet).ToDictionary(), new PlacementProperties(_zone)),
                    ProtocolJson.Default.DeaAdvertisement);
            }
        }

        public void Start(DeaStartMessage start)
        {
            lock (_lock)
            {
                _instances.Add(new InstanceHeartbeat(
                    start.Droplet, start.Version, Guid.NewGuid().ToString(), start.Index, InstanceStates.Running, DateTimeOffset.UtcNow.ToUnixTimeSeconds()));
                _heartbeat = _advertisement = null;
            }
        }

        public List<(string, int)> Vanish()
        {
            lock (_lock)
            {
                _isGone = true;
                return _instances.Select(i => (i.Droplet, i.Index)).ToList();
            }
        }
    }
}

/// <summary>A start as its DEA got it.</summary>
internal sealed record SeenStart(int Dea, string App, int Index, long At);
