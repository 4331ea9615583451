namespace Tatara.Router.Proxy.Backends;

/// <summary>Idle connections to one endpoint; the one used last goes first, so that the others can grow old and be closed.</summary>
internal sealed class BackendPool(ProxyLimits limits, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<BackendConnection> _idle = [];
    private bool _closed;

    /// <summary>Lends an idle connection that was used within the given time, if there is one that still works.</summary>
    public BackendConnection? TryRent(TimeSpan maxIdle)
    {
        while (true)
        {
            BackendConnection connection;
            lock (_lock)
            {
                if (_idle.Count == 0) return null;
                connection = _idle[^1];
                if (time.GetElapsedTime(connection.IdleSince) > maxIdle) return null;
                _idle.RemoveAt(_idle.Count - 1);
            }
            if (!connection.IsSpoilt) return connection;
            connection.Close();
        }
    }

    /// <summary>Takes a connection back whose last answer was complete.</summary>
    public void Return(BackendConnection connection)
    {
        connection.IsReused = true;
        connection.IdleSince = time.GetTimestamp();
        lock (_lock)
        {
            if (!_closed && _idle.Count < limits.MaxIdlePerEndpoint)
            {
                _idle.Add(connection);
                return;
            }
        }
        connection.Close();
    }

    /// <summary>Closes what was idle for too long.</summary>
    public void Trim()
    {
        List<BackendConnection> old;
        lock (_lock)
        {
            var count = _idle.FindIndex(c => time.GetElapsedTime(c.IdleSince) <= limits.BackendIdleTimeout);
            if (count < 0) count = _idle.Count;
            old = _idle.GetRange(0, count);
            _idle.RemoveRange(0, count);
        }
        foreach (var connection in old) connection.Close();
    }

    /// <summary>Closes the idle ones, now and as they come back: one of them turned out dead, or the endpoint is gone.</summary>
    public void Clear()
    {
        List<BackendConnection> all;
        lock (_lock)
        {
            all = [.. _idle];
            _idle.Clear();
        }
        foreach (var connection in all) connection.Close();
    }

    public void Close()
    {
        lock (_lock) _closed = true;
        Clear();
    }
}
