namespace Tatara.Dea.Instances;

/// <summary>The machine's ports that lead to instances. Handed out in turn, so that a port rests as long as possible: a router may still hold the last owner's route.</summary>
internal sealed class PortPool(DeaOptions options, TimeProvider time)
{
    /// <summary>A port rests at least this long unless no other is left; a router forgets an endpoint after 120 s.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(150);

    private readonly Lock _lock = new();
    private readonly HashSet<int> _used = [];
    private readonly Dictionary<int, DateTimeOffset> _released = [];
    private int _next = options.FirstPort;

    /// <summary>Takes a port, or null when all are in use.</summary>
    public int? Take()
    {
        lock (_lock)
        {
            var port = Find(rested: true) ?? Find(rested: false);
            if (port is not { } found) return null;
            _used.Add(found);
            _released.Remove(found);
            _next = found == options.LastPort ? options.FirstPort : found + 1;
            return found;
        }
    }

    /// <summary>Marks the port of an instance that was running before this DEA was started.</summary>
    public void Adopt(int port)
    {
        lock (_lock)
        {
            _used.Add(port);
            if (port >= _next) _next = port >= options.LastPort ? options.FirstPort : port + 1;
        }
    }

    public void Release(int port)
    {
        lock (_lock)
        {
            if (_used.Remove(port)) _released[port] = time.GetUtcNow();
        }
    }

    private int? Find(bool rested)
    {
        var count = options.LastPort - options.FirstPort + 1;
        var now = time.GetUtcNow();
        for (var i = 0; i < count; i++)
        {
            var port = options.FirstPort + (_next - options.FirstPort + i) % count;
            if (_used.Contains(port)) continue;
            if (rested && _released.TryGetValue(port, out var since) && now - since < Rest) continue;
            return port;
        }
        return null;
    }
}
