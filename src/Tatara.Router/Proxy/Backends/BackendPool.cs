using Tatara.Router.Loops;

namespace Tatara.Router.Proxy.Backends;

/// <summary>One loop's idle connections to one endpoint; the one used last goes first, so that the others can grow old and be closed.</summary>
internal sealed class BackendPool(Loop loop, ProxyLimits limits)
{
    private readonly List<BackendConnection> _idle = [];
    private bool _isClosed;

    public bool IsEmpty => _idle.Count == 0;

    public Loop Loop { get; } = loop;

    /// <summary>Of the loop's worker: whether it looks after this pool.</summary>
    public bool IsListed { get; set; }

    /// <summary>Lends an idle connection that still works.</summary>
    /// <param name="mustWork">The request cannot be sent again: only a connection will do that was used a moment ago and is whole as of now.</param>
    public BackendConnection? TryRent(bool mustWork)
    {
        while (_idle.Count > 0)
        {
            var connection = _idle[^1];
            if (mustWork && !IsTrusted(connection)) return null;
            _idle.RemoveAt(_idle.Count - 1);
            if (!(mustWork ? connection.IsSpoiltNow : connection.IsSpoilt)) return connection;
            connection.Close();
        }
        return null;
    }

    /// <summary>Used a moment ago, and by an endpoint that does not close after each answer without saying so.</summary>
    private bool IsTrusted(BackendConnection connection)
    {
        var idle = Loop.Now - connection.IdleSince;
        return idle <= limits.FreshConnection.TotalMilliseconds && (connection.Served > 1 || idle >= limits.ProvenConnection.TotalMilliseconds);
    }

    /// <summary>Takes a connection back whose last answer was complete.</summary>
    public void Return(BackendConnection connection)
    {
        if (_isClosed || connection.Endpoint.IsRetired || _idle.Count == limits.MaxIdlePerEndpoint)
        {
            connection.Close();
            return;
        }
        connection.Served++;
        connection.IdleSince = Loop.Now;
        _idle.Add(connection);
    }

    /// <summary>Closes what was idle for too long or ended meanwhile.</summary>
    public void Trim() => _idle.RemoveAll(connection =>
    {
        if (Loop.Now - connection.IdleSince <= limits.BackendIdleTimeout.TotalMilliseconds && !connection.IsSpoilt) return false;
        connection.Close();
        return true;
    });

    /// <summary>Closes the idle ones: one of them turned out dead.</summary>
    public void Clear()
    {
        foreach (var connection in _idle) connection.Close();
        _idle.Clear();
    }

    /// <summary>Closes the idle ones, now and as they come back: the endpoint is gone.</summary>
    public void Close()
    {
        _isClosed = true;
        Clear();
    }
}
