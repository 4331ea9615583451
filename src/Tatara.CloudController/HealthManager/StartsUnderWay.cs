using Tatara.Protocol;

namespace Tatara.CloudController.HealthManager;

/// <summary>
/// What the Health Manager ordered and got a moment ago. It orders again what does not show within 10 s; when thousands of orders queue up
/// here, the second may come before the first has had a chance, and two instances would run for one.
/// </summary>
internal sealed class StartsUnderWay(TimeProvider time)
{
    /// <summary>A little less than the Health Manager's patience, so that an order whose start was lost counts when it comes again.</summary>
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(9);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Droplet, string Version, int Index, int Crashes), long> _starts = [];
    private long _swept = time.GetTimestamp();

    public bool Has(HmStart order)
    {
        lock (_lock) return _starts.TryGetValue(KeyOf(order), out var at) && time.GetElapsedTime(at) < Span;
    }

    public void Add(HmStart order)
    {
        lock (_lock)
        {
            Sweep();
            _starts[KeyOf(order)] = time.GetTimestamp();
        }
    }

    private void Sweep()
    {
        if (time.GetElapsedTime(_swept) < Span) return;
        _swept = time.GetTimestamp();
        foreach (var (start, at) in _starts)
            if (time.GetElapsedTime(at) >= Span) _starts.Remove(start);
    }

    private static (string, string, int, int) KeyOf(HmStart order) => (order.Droplet, order.Version, order.InstanceIndex, order.Crashes);
}
