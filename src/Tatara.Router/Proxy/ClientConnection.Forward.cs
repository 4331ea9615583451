using System.Runtime.CompilerServices;
using Tatara.Router.Http2;
using Tatara.Router.Loops;
using Tatara.Router.Proxy.Backends;
using Tatara.Router.Proxy.Http1;
using Tatara.Router.Registry;

namespace Tatara.Router.Proxy;

/// <summary>Finding an endpoint that takes the request, and getting its answer.</summary>
internal sealed partial class ClientConnection
{
    private enum Answer : byte
    {
        NotYet,
        Ready,
        Interim,

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
        _stopsBody = false;
        _hasPassedInterim = false;
        if (!Request.HasBody) EndWithClient();
        var mayReuse = true;
        for (var attempt = 0; attempt < _limits.MaxAttempts; attempt++)
        {
            var endpoint = EndpointChooser.Choose(_exchange, _worker.Loop.Now, _context.Options);
            if (endpoint is null) break;
            _exchange.Endpoint = endpoint;
            if (_exchange.Forwarded == 0) _exchange.Forwarded = _context.Time.GetTimestamp();
            endpoint.Enter();
            try
            {
                var backend = (mayReuse ? _worker.PoolOf(endpoint).TryRent(mustWork: !MayRepeat) : null) ?? await ConnectAsync(endpoint);
                if (backend is null)
                {
                    if (IsGone && _endsWithClient) return Outcome.Abort;
                    _exchange.MarkTried(endpoint);
                    continue;
                }
                HoldBackend(backend.Socket);
                var isReused = backend.IsReused;
                var outcome = await ExchangeAsync(backend);
                if (outcome != Outcome.Retry) return outcome;
                if (isReused)
                {
                    // An idle connection that died says nothing about its endpoint: the same one may be asked again, over a new one, and this was no attempt.
                    mayReuse = false;
                    attempt--;
                }
                else _exchange.MarkTried(endpoint);
            }
            finally
            {
                endpoint.Leave();
            }
        }
        return await RefuseAsync(_exchange.Endpoint is not null ? RouterError.EndpointFailure : _exchange.IsOverloaded ? RouterError.Overloaded : RouterError.NoEndpoints);
    }

    /// <summary>A new connection to the endpoint; null when it cannot be reached.</summary>
    private async ValueTask<BackendConnection?> ConnectAsync(Endpoint endpoint)
    {
        var reason = "the connect timed out or was refused";
        var address = endpoint.SocketAddress ?? await EndpointAddresses.ResolveAsync(endpoint, _worker.Loop);
        if (address is null) reason = "its name has no address";
        else if (BackendConnection.Connect(endpoint, _worker.Loop, address) is { } backend)
        {
            HoldBackend(backend.Socket);
            SetDeadline(_context.Options.EndpointConnectTimeout);
            _isConnecting = true;
            while (!backend.Socket.IsClosed && !backend.Socket.MayHaveRoom) await backend.Socket.Writable;
            _isConnecting = false;
            Touch();
            // The address may belong to another app by now.
            var isThere = backend.HasConnected && !endpoint.IsRetired;
            if (isThere && !endpoint.IsRelayed) return backend;
            CloseBackend();
            // One that is relayed was only looked for: now, while the request can still go to another.
            if (isThere) return new BackendConnection(endpoint, new LoopSocket(_worker.Loop, InProcessTransport.Connect(endpoint, _limits), isConnected: true));
        }
        if (IsGone && _endsWithClient) return null;
        endpoint.SetAside(_worker.Loop.Now + (long)_limits.AsideTime.TotalMilliseconds);
        Log.ConnectFailed(_context.Logger, endpoint.Address.ToString(), endpoint.Owner.App, reason);
        return null;
    }

    /// <summary>1. send the head, 2. send the body meanwhile, 3. read the answer's head, 4. pass the answer on, 5. keep or close both connections.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> ExchangeAsync(BackendConnection backend)
    {
        // 1.
        await SendHeadAsync(backend);
        // 2.
        var body = BeginBody(backend);
        // 3.
        Answer answer;
        var interims = 0;
        while ((answer = TryReadAnswer(backend)) is Answer.NotYet or Answer.Interim)
        {
            if (answer == Answer.NotYet) await backend.Socket.Readable;
            else if (++interims <= ProxyLimits.MaxInterimAnswers) await PassInterimAsync();
            else break;
        }
        if (answer != Answer.Ready) return await FailAsync(backend, answer, await StopBodyAsync(body));
        if (Response.Status == ResponseHead.SwitchingProtocols)
            return Request.Upgrade.IsEmpty || Response.Find(FieldId.Upgrade).IsEmpty
                ? await FailAsync(backend, Answer.Malformed, await StopBodyAsync(body))
                : await TunnelAsync(backend);
        // 4.
        var isWhole = await RelayResponseAsync(backend, closes: Request.Closes || _worker.IsDraining || _isBodyUnread);
        // 5.
        var end = await StopBodyAsync(body);
        _endsWithClient = false;
        if (isWhole && MayKeep && end == BodyEnd.Complete && TakeBackend(backend.Socket)) _worker.PoolOf(backend.Endpoint).Return(backend);
        else CloseBackend();
        if (!isWhole) return Outcome.Abort;
        if (end == BodyEnd.Complete) return _closesClient ? Outcome.Close : Outcome.KeepAlive;
        await LingerAsync();
        return Outcome.Close;
    }

    /// <summary>Whether the connection to the endpoint can serve another request.</summary>
    private bool MayKeep => !Response.Closes && !_hasExcess && Request.Upgrade.IsEmpty && ResponseWriter.FramingOf(_exchange) != Framing.UntilClose;

    /// <summary>A failure to send shows again when the answer is read: the endpoint may have answered and closed.</summary>
    private ValueTask<bool> SendHeadAsync(BackendConnection backend)
    {
        // What a route service or a client's certificate adds has no bound that is worth holding for every request.
        var most = RequestWriter.MaxLength(_requestBuffer, _exchange);
        var head = most <= _worker.Scratch.Length ? _worker.Scratch : new byte[most];
        var length = RequestWriter.Write(_exchange, backend.Endpoint, _context.Options, head);
        var beside = BodyBesideHead;
        _requestBuffer.Take(beside.Length);
        _exchange.ReceivedBytes += beside.Length;
        return SendAsync(backend.Socket, head.AsSpan(0, length), beside.Span);
    }

    private ValueTask<BodyEnd> BeginBody(BackendConnection backend)
    {
        if (!Request.HasBody) return new(BodyEnd.Complete);
        var left = Request.ContentLength - _exchange.ReceivedBytes;
        if (Request.IsChunked || left > 0) return RelayRequestBodyAsync(backend, left);
        OnBodyRead();
        return new(BodyEnd.Complete);
    }

    private Answer TryReadAnswer(BackendConnection backend)
    {
        var status = _responseBuffer.HeadLength > 0 ? _responseBuffer.Next() : HeadStatus.Incomplete;
        while (status == HeadStatus.Incomplete)
        {
            if (!backend.Socket.MayHaveInput && !backend.Socket.IsClosed) return Answer.NotYet;
            var free = _responseBuffer.Free.Span;
            if (free.IsEmpty) return Answer.Malformed;
            var count = backend.Socket.TryReceive(free);
            if (count == LoopSocket.WouldBlock)
            {
                if (_responseBuffer.Length == 0) _responseBuffer.Release();
                return Answer.NotYet;
            }
            if (count <= 0) return Answer.Cut;
            Touch();
            status = _responseBuffer.Commit(count);
        }
        if (status != HeadStatus.Complete || Response.Parse(_responseBuffer) != HeadStatus.Complete) return Answer.Malformed;
        return Response.IsInterim ? Answer.Interim : Answer.Ready;
    }

    /// <summary>The answer is there or will not come: stops what still sends the body.</summary>
    private ValueTask<BodyEnd> StopBodyAsync(ValueTask<BodyEnd> body)
    {
        if (!body.IsCompleted)
        {
            _stopsBody = true;
            CloseBackend();
            _socket.Interrupt();
        }
        return body;
    }

    private async ValueTask<Outcome> FailAsync(BackendConnection backend, Answer answer, BodyEnd end)
    {
        var mayRetry = answer == Answer.Cut && _responseBuffer.Length == 0 && !_hasPassedInterim && MayRepeat && !_isExpired && !IsGone;
        CloseBackend();
        _responseBuffer.Release();
        if (backend.IsReused) _worker.PoolOf(backend.Endpoint).Clear();
        if (mayRetry)
        {
            if (backend.Endpoint.Trouble is { } trouble) Log.EndpointFailed(_context.Logger, backend.Endpoint.Address.ToString(), backend.Endpoint.Owner.App, trouble);
            return Outcome.Retry;
        }
        if (end == BodyEnd.Malformed) return await RefuseAsync(RouterError.Malformed);
        if (end == BodyEnd.TooLarge) return await RefuseAsync(RouterError.BodyTooLarge);
        if (end == BodyEnd.ClientGone || (IsGone && !_isExpired)) return Outcome.Abort;
        if (end == BodyEnd.Stopped && _isExpired) return await RefuseAsync(RouterError.ClientTooSlow);
        Log.EndpointFailed(_context.Logger, backend.Endpoint.Address.ToString(), backend.Endpoint.Owner.App,
            _isExpired ? "it was silent for too long" : answer == Answer.Cut ? backend.Endpoint.Trouble ?? "it closed the connection" : "it is not HTTP/1.1");
        return await RefuseAsync(RouterError.EndpointFailure);
    }
}
