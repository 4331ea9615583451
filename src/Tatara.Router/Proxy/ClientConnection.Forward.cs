using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Tatara.Router.Proxy.Backends;
using Tatara.Router.Proxy.Http1;
using Tatara.Router.Registry;

namespace Tatara.Router.Proxy;

/// <summary>Finding an endpoint that takes the request, and getting its answer.</summary>
internal sealed partial class ClientConnection
{
    private enum Answer : byte
    {
        Ready,

        /// <summary>The connection ended before a whole head.</summary>
        Cut,
        Malformed,
    }

    /// <summary>Bodies are not kept, so that only a request without one can be sent again; and only if that does no harm.</summary>
    private bool MayRepeat => Request.IsIdempotent && !Request.HasBody;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> ForwardAsync()
    {
        Touch();
        _endsWithClient = false;
        _stopsBody = false;
        _hasPassedInterim = false;
        if (!Request.HasBody) EndWithClient();
        var mayReuse = true;
        for (var attempt = 0; attempt < _limits.MaxAttempts; attempt++)
        {
            var endpoint = EndpointChooser.Choose(_exchange, Milliseconds());
            if (endpoint is null) break;
            _exchange.Endpoint = endpoint;
            if (_exchange.Forwarded == 0) _exchange.Forwarded = _context.Time.GetTimestamp();
            var backend = await OpenAsync(endpoint, mayReuse);
            if (backend is null)
            {
                if (_isGone) return Outcome.Abort;
                _exchange.MarkTried(endpoint);
                continue;
            }
            var isReused = backend.IsReused;
            var outcome = await ExchangeAsync(backend);
            if (outcome != Outcome.Retry) return outcome;
            // An idle connection that died says nothing about its endpoint: the same one may be asked again, over a new one.
            if (isReused) mayReuse = false;
            else _exchange.MarkTried(endpoint);
        }
        return await RefuseAsync(_exchange.Endpoint is null ? RouterError.NoEndpoints : RouterError.EndpointFailure);
    }

    private long Milliseconds() => _context.Time.GetTimestamp() / (_context.Time.TimestampFrequency / 1000);

    /// <summary>An idle connection to the endpoint or a new one; null when it cannot be reached.</summary>
    private async ValueTask<BackendConnection?> OpenAsync(Endpoint endpoint, bool mayReuse)
    {
        var backend = mayReuse ? endpoint.Pool.TryRent(MayRepeat ? _limits.BackendIdleTimeout : _limits.FreshConnection) : null;
        if (backend is not null)
        {
            HoldBackend(backend);
            return backend;
        }
        backend = new BackendConnection(endpoint);
        HoldBackend(backend);
        try
        {
            using var timeout = new CancellationTokenSource(_context.Options.EndpointConnectTimeout, _context.Time);
            await backend.ConnectAsync(timeout.Token);
            // The address may belong to another app by now.
            if (!endpoint.IsRetired) return backend;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            if (!_isGone)
            {
                endpoint.SetAside(Milliseconds() + (long)_limits.AsideTime.TotalMilliseconds);
                Log.ConnectFailed(_context.Logger, endpoint.Address.ToString(), endpoint.Owner.App, e.Message);
            }
        }
        CloseBackend();
        return null;
    }

    /// <summary>1. send the head, 2. send the body meanwhile, 3. read the answer's head, 4. pass the answer on, 5. keep or close both connections.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> ExchangeAsync(BackendConnection backend)
    {
        // 1.
        await SendHeadAsync(backend);
        // 2.
        ValueTask<BodyEnd> body = Request.HasBody ? RelayRequestBodyAsync(backend) : new(BodyEnd.Complete);
        // 3.
        var answer = await ReadAnswerAsync(backend);
        if (answer != Answer.Ready) return await FailAsync(backend, answer, await StopBodyAsync(body));
        if (Response.Status == ResponseHead.SwitchingProtocols)
            return Request.Upgrade.IsEmpty || Response.Find(FieldId.Upgrade).IsEmpty
                ? await FailAsync(backend, Answer.Malformed, await StopBodyAsync(body))
                : await TunnelAsync(backend);
        // 4.
        var (isWhole, mayKeep) = await RelayResponseAsync(backend, closes: Request.Closes || _isDraining || _isBodyUnread);
        // 5.
        var end = await StopBodyAsync(body);
        _endsWithClient = false;
        if (isWhole && mayKeep && end == BodyEnd.Complete && Request.Upgrade.IsEmpty && TakeBackend(backend)) backend.Endpoint.Pool.Return(backend);
        else CloseBackend();
        if (!isWhole) return Outcome.Abort;
        if (end == BodyEnd.Complete) return _closesClient ? Outcome.Close : Outcome.KeepAlive;
        await LingerAsync();
        return Outcome.Close;
    }

    /// <summary>A failure to send shows again, with its reason, when the answer is read: the endpoint may have answered and closed.</summary>
    private async ValueTask SendHeadAsync(BackendConnection backend)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(RequestWriter.MaxLength(_requestBuffer, _exchange.Rewrite));
        try
        {
            var length = RequestWriter.Write(_exchange, backend.Endpoint, buffer);
            await backend.SendAsync(buffer.AsMemory(0, length));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Answer> ReadAnswerAsync(BackendConnection backend)
    {
        _responseBuffer.Release();
        while (true)
        {
            var free = _responseBuffer.Free;
            if (free.IsEmpty) return Answer.Malformed;
            int count;
            try
            {
                count = await backend.ReceiveAsync(free);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return Answer.Cut;
            }
            if (count == 0) return Answer.Cut;
            Touch();
            var status = _responseBuffer.Commit(count);
            while (status == HeadStatus.Complete)
            {
                if (Response.Parse(_responseBuffer) != HeadStatus.Complete) return Answer.Malformed;
                if (!Response.IsInterim) return Answer.Ready;
                await PassInterimAsync();
                status = _responseBuffer.Next();
            }
            if (status != HeadStatus.Incomplete) return Answer.Malformed;
        }
    }

    /// <summary>The answer is there or will not come: stops what still sends the body.</summary>
    private async ValueTask<BodyEnd> StopBodyAsync(ValueTask<BodyEnd> body)
    {
        if (!body.IsCompleted)
        {
            _stopsBody = true;
            CloseBackend();
            _input.CancelPendingRead();
        }
        return await body;
    }

    private async ValueTask<Outcome> FailAsync(BackendConnection backend, Answer answer, BodyEnd end)
    {
        var mayRetry = answer == Answer.Cut && _responseBuffer.Length == 0 && !_hasPassedInterim && MayRepeat && !_isExpired && !_isGone;
        CloseBackend();
        if (backend.IsReused) backend.Endpoint.Pool.Clear();
        if (mayRetry) return Outcome.Retry;
        if (end == BodyEnd.Malformed) return await RefuseAsync(RouterError.Malformed);
        if (end == BodyEnd.ClientGone || (_isGone && !_isExpired)) return Outcome.Abort;
        if (end == BodyEnd.Stopped && _isExpired) return await RefuseAsync(RouterError.ClientTooSlow);
        Log.EndpointFailed(_context.Logger, backend.Endpoint.Address.ToString(), backend.Endpoint.Owner.App,
            _isExpired ? "it was silent for too long" : answer == Answer.Cut ? "it closed the connection" : "it is not HTTP/1.1");
        return await RefuseAsync(RouterError.EndpointFailure);
    }
}
