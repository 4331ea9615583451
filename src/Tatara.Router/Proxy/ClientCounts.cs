using System.Collections.Concurrent;
using System.Net;

namespace Tatara.Router.Proxy;

/// <summary>Connections of each client address, so that one cannot take all there are.</summary>
internal sealed class ClientCounts(int most)
{
    private readonly ConcurrentDictionary<IPAddress, int> _counts = new();

    /// <returns>False when it has as many as it may.</returns>
    public bool TryEnter(IPAddress client)
    {
        if (Enter(client) <= most) return true;
        Leave(client);
        return false;
    }

    /// <summary>Counts in one that is let in anyway.</summary>
    public int Enter(IPAddress client) => _counts.AddOrUpdate(client, 1, static (_, count) => count + 1);

    public void Leave(IPAddress client)
    {
        var left = _counts.AddOrUpdate(client, 0, static (_, count) => count - 1);
        if (left == 0) _counts.TryRemove(new KeyValuePair<IPAddress, int>(client, 0));
    }
}
