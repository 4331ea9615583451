namespace Tatara.CloudController.HealthManager;

/// <summary>The ids of messages that were acted on lately: one that comes again is not done again.</summary>
internal sealed class RecentMessages
{
    private const int Kept = 10_000;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public bool Has(string id)
    {
        lock (_lock) return _ids.Contains(id);
    }

    /// <summary>To be called once it was acted on: what fails is tried again.</summary>
    public void Add(string id)
    {
        lock (_lock)
        {
            if (!_ids.Add(id)) return;
            _order.Enqueue(id);
            if (_order.Count > Kept) _ids.Remove(_order.Dequeue());
        }
    }
}
