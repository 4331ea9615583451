using System.Collections.Concurrent;

namespace Tatara.CloudController.Instances;

/// <summary>
/// Instances that found no room anywhere, with what to say about it. Only a memory of this Cloud Controller: the Health
/// Manager goes on asking for them, so the memory renews itself.
/// </summary>
internal sealed class PlacementTroubles(TimeProvider time)
{
    private const int Many = 10_000;

    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(string Process, int Index), (string Version, string Why, DateTimeOffset At)> _troubles = new();

    /// <summary>True when this is news.</summary>
    public bool Remember(string processGuid, int index, string version, string why)
    {
        if (_troubles.Count > Many) _troubles.Clear(); // What still matters comes again.
        var known = Find(processGuid, index, version) is not null;
        _troubles[(processGuid, index)] = (version, why, time.GetUtcNow());
        return !known;
    }

    public void Forget(string processGuid, int index) => _troubles.TryRemove((processGuid, index), out _);

    /// <summary>Null: none that is known.</summary>
    public string? Find(string processGuid, int index, string version)
    {
        if (!_troubles.TryGetValue((processGuid, index), out var trouble)) return null;
        if (trouble.Version == version && time.GetUtcNow() - trouble.At < Remembered) return trouble.Why;
        _troubles.TryRemove((processGuid, index), out _);
        return null;
    }
}
