using Tatara.Router.Loops;

namespace Tatara.Router.Proxy;

/// <summary>What may end a wait from outside: a deadline, a client that left, a router that stops. All of it happens on the connection's own loop.</summary>
internal sealed partial class ClientConnection
{
    private long _deadline = long.MaxValue;
    private LoopSocket? _backend;
    private bool _isExpired;
    private bool _endsWithClient;
    private bool _isIdle;

    /// <summary>There is nobody to answer to yet.</summary>
    private bool _closesAtDeadline;

    /// <summary>The deadline is that of a connect to an endpoint, not the request's.</summary>
    private bool _isConnecting;

    private bool IsGone => _socket.HasEnded || _socket.IsClosed;

    /// <summary>Called by the loop now and then.</summary>
    public void CheckDeadline(long now)
    {
        if (_deadline > now) return;
        _deadline = long.MaxValue;
        if (_closesAtDeadline)
        {
            _socket.Close();
            return;
        }
        _isExpired = !_isConnecting;
        CloseBackend();
        _socket.Interrupt();
    }

    /// <summary>A client that has just come may have its request on the way; one that had its answer can do without another.</summary>
    public void OnDraining()
    {
        if (!_isIdle) return;
        if (_isFirst) SetDeadline(_limits.FreshGrace);
        else _socket.Interrupt();
    }

    /// <summary>The router's patience with those that do not finish is at its end.</summary>
    public void Abort()
    {
        CloseBackend();
        _socket.Abort();
    }

    private void SetDeadline(TimeSpan? patience) =>
        _deadline = patience is { } time ? _worker.Loop.Now + (long)time.TotalMilliseconds : long.MaxValue;

    /// <summary>Something moved: the exchange may go on.</summary>
    private void Touch() => SetDeadline(_context.Options.EndpointTimeout);

    /// <summary>
    /// From here on the exchange ends when the client leaves. Before, while its body is read, the end of the body
    /// tells; in a tunnel one side may close before the other.
    /// </summary>
    private void EndWithClient()
    {
        _endsWithClient = true;
        if (IsGone) CloseBackend();
    }

    private void OnClientGone()
    {
        if (_endsWithClient) CloseBackend();
    }

    private void CloseBackend()
    {
        _backend?.Close();
        _backend = null;
    }

    private bool TakeBackend(LoopSocket backend)
    {
        if (_backend != backend) return false;
        _backend = null;
        return true;
    }

    private void HoldBackend(LoopSocket backend)
    {
        _backend = backend;
        if (IsGone && _endsWithClient) CloseBackend();
    }
}
