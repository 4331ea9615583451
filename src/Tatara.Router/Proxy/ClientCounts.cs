using System.Net;
using System.Runtime.InteropServices;

namespace Tatara.Router.Proxy;

/// <summary>Connections in all and of each client address, so that one cannot take all there are. For any thread; asked once a connection.</summary>
internal sealed class ClientCounts(ProxyLimits limits)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _counts = [];
    private int _all;

    /// <returns>False when there are, or it has, as many as may be.</returns>
    public bool TryEnter(IPAddress client)
    {
        lock (_lock)
        {
            if (_all >= limits.MaxConnections || _counts.GetValueOrDefault(client) >= limits.MaxConnectionsPerClient) return false;
            Count(client);
            return true;
        }
    }

    /// <summary>Counts in one that is let in anyway.</summary>
    public void Enter(IPAddress client)
    {
        lock (_lock) Count(client);
    }

    /// <summary>Counts a connection as that of whom it turned out to be.</summary>
    /// <returns>False when that one has as many as may be; then it counts as before.</returns>
    public bool TryMove(IPAddress from, IPAddress to)
    {
        lock (_lock)
        {
            if (_counts.GetValueOrDefault(to) >= limits.MaxConnectionsPerClient) return false;
            Uncount(from);
            Count(to);
            return true;
        }
    }

    public void Leave(IPAddress client)
    {
        lock (_lock) Uncount(client);
    }

    private void Uncount(IPAddress client)
    {
        _all--;
        ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_counts, client);
        if (--count == 0) _counts.Remove(client);
    }

    private void Count(IPAddress client)
    {
        _all++;
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, client, out _)++;
    }
}
