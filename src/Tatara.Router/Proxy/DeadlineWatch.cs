using System.Collections.Concurrent;

namespace Tatara.Router.Proxy;

/// <summary>Looks at every connection's deadline now and then: no timer, and nothing allocated, for each request.</summary>
internal sealed class DeadlineWatch(ProxyLimits limits, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<ClientConnection, byte> _connections = new();
    private readonly Lock _starting = new();
    private ITimer? _timer;

    public void Add(ClientConnection connection)
    {
        _connections[connection] = 0;
        if (_timer is not null) return;
        lock (_starting) _timer ??= time.CreateTimer(_ => Sweep(), null, limits.SweepInterval, limits.SweepInterval);
    }

    public void Remove(ClientConnection connection) => _connections.TryRemove(connection, out _);

    public void Dispose() => _timer?.Dispose();

    private void Sweep()
    {
        var now = time.GetTimestamp();
        foreach (var (connection, _) in _connections) connection.CheckDeadline(now);
    }
}
