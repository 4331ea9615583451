namespace Tatara.CloudController.HealthManager;

/// <summary>The ids of messages that were acted on lately: one that comes again is not done again.</summary>
internal sealed class RecentMessages
{
    private const int Kept = 10_000;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>True the first time.</summary>
    public bool IsNew(string id)
    {
        lock (_lock)
        {
            if (!_ids.Add(id)) return false;
            _order.Enqueue(id);
            if (_order.Count > Kept) _ids.Remove(_order.Dequeue());
            return true;
        }
    }
}
