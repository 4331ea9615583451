using Tatara.Testing;

namespace Tatara.HealthManager.Tests.Simulation;

/// <summary>A bus on virtual time that may lose, repeat and delay. Messages of one sender on one subject stay in order, as on NATS.</summary>
internal sealed class Wire(ManualTimeProvider clock, int seed)
{
    private readonly Random _random = new(seed);
    private readonly PriorityQueue<Action, (DateTimeOffset, long)> _underWay = new();
    private readonly Dictionary<string, DateTimeOffset> _latest = [];
    private long _sent;

    public double LossRate { get; set; }
    public double RepeatRate { get; set; }
    public TimeSpan MaxDelay { get; set; }

    /// <summary>Nothing gets through while it is cut.</summary>
    public bool IsCut { get; set; }

    public void Send(string stream, Action deliver)
    {
        if (IsCut || _random.NextDouble() < LossRate) return;
        var times = _random.NextDouble() < RepeatRate ? 2 : 1;
        for (var i = 0; i < times; i++)
        {
            var at = clock.GetUtcNow() + MaxDelay * _random.NextDouble();
            if (_latest.TryGetValue(stream, out var latest) && latest > at) at = latest;
            _latest[stream] = at;
            _underWay.Enqueue(deliver, (at, _sent++));
        }
    }

    public void Deliver()
    {
        while (_underWay.TryPeek(out _, out var due) && due.Item1 <= clock.GetUtcNow()) _underWay.Dequeue()();
    }
}
