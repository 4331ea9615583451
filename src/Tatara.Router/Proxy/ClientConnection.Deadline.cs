using Microsoft.AspNetCore.Connections;
using Tatara.Router.Proxy.Backends;

namespace Tatara.Router.Proxy;

/// <summary>
/// What may end a wait from outside: a deadline, a client that left, a router that stops. Each side first says what it
/// does and then looks at what the other did; the barriers between keep both from missing each other.
/// </summary>
internal sealed partial class ClientConnection
{
    private long _deadline = long.MaxValue;
    private BackendConnection? _backend;
    private volatile bool _isExpired;
    private volatile bool _isDraining;
    private volatile bool _isGone;
    private volatile bool _endsWithClient;
    private volatile bool _isIdle;
    private volatile bool _isFlushing;

    /// <summary>Called by the watch, from its own thread.</summary>
    public void CheckDeadline(long now)
    {
        var deadline = Volatile.Read(ref _deadline);
        if (deadline > now || Interlocked.CompareExchange(ref _deadline, long.MaxValue, deadline) != deadline) return;
        _isExpired = true;
        if (_isFlushing) _connection.Abort(new ConnectionAbortedException("The client does not read."));
        CloseBackend();
        _input.CancelPendingRead();
    }

    private void SetDeadline(TimeSpan? patience)
    {
        var deadline = patience is { } time
            ? _context.Time.GetTimestamp() + (long)(time.TotalSeconds * _context.Time.TimestampFrequency)
            : long.MaxValue;
        Volatile.Write(ref _deadline, deadline);
    }

    /// <summary>Something moved: the exchange may go on.</summary>
    private void Touch() => SetDeadline(_context.Options.EndpointTimeout);

    /// <summary>
    /// From here on the exchange ends when the client leaves. Before, while its body is read, the end of the body
    /// tells; in a tunnel one side may close before the other.
    /// </summary>
    private void EndWithClient()
    {
        _endsWithClient = true;
        Interlocked.MemoryBarrier();
        if (_isGone) CloseBackend();
    }

    private void OnClientGone()
    {
        _isGone = true;
        Interlocked.MemoryBarrier();
        if (_endsWithClient) CloseBackend();
    }

    private void OnDraining()
    {
        _isDraining = true;
        Interlocked.MemoryBarrier();
        if (_isIdle) _input.CancelPendingRead();
    }

    /// <summary>Whoever takes the connection out of the field owns it: closing it from outside can never hit the next request's.</summary>
    private void CloseBackend() => Interlocked.Exchange(ref _backend, null)?.Close();

    private bool TakeBackend(BackendConnection backend) => Interlocked.CompareExchange(ref _backend, null, backend) == backend;

    private void HoldBackend(BackendConnection backend)
    {
        Interlocked.Exchange(ref _backend, backend);
        if (_isGone && _endsWithClient) CloseBackend();
    }
}
