using System.Text;
using Microsoft.Extensions.Logging;
using Tatara.Router.Loops;
using Tatara.Router.Loops.Secure;
using Tatara.Router.OwnAnswers;
using Tatara.Router.Proxy.Http1;
using Tatara.Router.Registry;

namespace Tatara.Router.Proxy;

/// <summary>
/// One client's connection, request after request:
/// 1. read a head, 2. find the route, 3. forward to an endpoint and relay both ways, 4. account for it.
/// All of it runs on one loop and never blocks. On the plain path a request waits twice, for its head and for its
/// answer; nothing is allocated, and no buffer is held while it waits for the client.
/// </summary>
internal sealed partial class ClientConnection
{
    private const int RequestBufferBytes = 4 * 1024;
    private const int ResponseBufferBytes = 8 * 1024;

    private readonly LoopSocket _socket;
    private ClientAddress _client;
    private readonly Worker _worker;
    private readonly ProxyContext _context;
    private readonly ProxyLimits _limits;
    private readonly HeadBuffer _requestBuffer;
    private readonly HeadBuffer _responseBuffer;
    private Exchange? _current;

    public ClientConnection(LoopSocket socket, ClientAddress client, Worker worker)
    {
        (_socket, _client, _worker) = (socket, client, worker);
        _context = worker.Context;
        _limits = _context.Limits;
        _requestBuffer = new HeadBuffer(Math.Min(RequestBufferBytes, _limits.MaxHeadBytes), _limits.MaxHeadBytes);
        _responseBuffer = new HeadBuffer(Math.Min(ResponseBufferBytes, _limits.MaxHeadBytes), _limits.MaxHeadBytes);
        socket.Ended = OnClientGone;
    }

    /// <summary>Whose connection it is.</summary>
    public ClientAddress Client => _client;

    /// <summary>The request under way. An idle connection has none.</summary>
    private Exchange _exchange => _current!;

    private RequestHead Request => _exchange.Request;
    private ResponseHead Response => _exchange.Response;

    /// <summary>What becomes of the connection after an exchange.</summary>
    private enum Outcome : byte
    {
        KeepAlive,
        Close,

        /// <summary>The client must not take what it got for the whole answer.</summary>
        Abort,
        Retry,
    }

    public async Task RunAsync()
    {
        _worker.Add(this);
        _context.Metrics.ConnectionOpened();
        try
        {
            var outcome = await PrepareAsync() ? Outcome.KeepAlive : Outcome.Close;
            while (outcome == Outcome.KeepAlive)
            {
                // 1.
                ExpectHead();
                HeadRead read;
                while ((read = TryReadHead()) == HeadRead.NotYet) await _socket.Readable;
                if (read == HeadRead.Closed) break;
                if (read == HeadRead.Http2)
                {
                    await HandOverAsync();
                    break;
                }
                // 2. and 3.
                outcome = await ServeAsync(read);
                // 4.
                Account();
                if (outcome == Outcome.KeepAlive && _worker.IsDraining) outcome = Outcome.Close;
            }
            if (outcome == Outcome.Abort) _socket.Abort();
        }
#pragma warning disable CA1031 // A bug ends the connection that met it and no other.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.Failed(_context.Logger, e, _client.Remote.ToString());
            _socket.Abort();
        }
        finally
        {
            _worker.Remove(this);
            _context.Metrics.ConnectionClosed();
            CloseBackend();
            _requestBuffer.Release();
            _responseBuffer.Release();
            _socket.Close();
        }
    }

    /// <summary>What a load balancer says of the client, and a TLS handshake, if they came for that.</summary>
    /// <returns>Whether requests of HTTP/1 follow.</returns>
    private async ValueTask<bool> PrepareAsync()
    {
        if (_client.BeginsWithProxyHeader && !await ReadProxyHeaderAsync()) return false;
        if (_socket is not SecureSocket secure) return true;
        SetDeadline(_limits.HandshakeTimeout);
        _closesAtDeadline = true;
        var isShaken = await secure.HandshakeAsync() && await ClientCertificateCheck.PassesAsync(secure, _client);
        _closesAtDeadline = false;
        if (!isShaken) return false;
        if (!secure.SpeaksHttp2) return true;
        await HandOverAsync();
        return false;
    }

    private ValueTask<Outcome> ServeAsync(HeadRead read) => read switch
    {
        HeadRead.TooSlow => RefuseAsync(RouterError.ClientTooSlow),
        HeadRead.Refused => RefuseAsync(RouterError.Of(_headStatus)),
        _ when Request.ContentLength > _context.MaxBodyBytes => RefuseAsync(RouterError.BodyTooLarge),
        _ when FindOwnAnswer() is { } answer => AnswerAsync(answer),
        _ when FindRoute() is { } error => RefuseAsync(error),
        _ => ForwardAsync(),
    };

    private OwnAnswer? FindOwnAnswer() => _context.OwnAnswers.Find(
        _client.IsHttps, Request[Request.Host], Request[Request.Target], Request.IsHead || Request[Request.Method].SequenceEqual("GET"u8));

    private RouterError? FindRoute()
    {
        var host = Request[Request.Host];
        if (!Ascii.IsValid(host)) host = HostName.ToAscii(host);
        _exchange.Route = _context.Registry.Table.Match(host, Request[Request.Path]);
        if (_exchange.Route is null) return RouterError.UnknownRoute;
        if (_context.RouteServices.Apply(_exchange) is { } refusal) return refusal;
        if (_exchange.Rewrite is { Authority: not null }) return null; // What names an instance means the app's, not the service's.
        if (EndpointChooser.ReadInstanceField(_exchange) is { } error) return error;
        _exchange.StickyId = _context.Sticky.FindInstance(Request);
        return null;
    }

    private void Account()
    {
        var finished = _context.Time.GetTimestamp();
        _context.AccessLog.Write(_exchange, finished);
        _context.Metrics.Finished(
            _exchange.Route, _exchange.Endpoint?.Owner.App, _exchange.Status, _context.Time.GetElapsedTime(_exchange.Started, finished),
            _exchange.ReceivedBytes, _exchange.SentBytes, _exchange.RouterError);
        _worker.Return(_exchange);
        _current = null;
        _responseBuffer.Release();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The connection of client {Client} failed.")]
        public static partial void Failed(ILogger logger, Exception error, string client);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Peer} is a load balancer that speaks the PROXY protocol, and began a connection without its header; the connection was closed. Make it send one, or take it out of the networks that do.")]
        public static partial void NoProxyHeader(ILogger logger, string peer);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot connect to {Endpoint} of app {App}: {Reason}")]
        public static partial void ConnectFailed(ILogger logger, string endpoint, string? app, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Endpoint} of app {App} gave no usable answer: {Reason}")]
        public static partial void EndpointFailed(ILogger logger, string endpoint, string? app, string reason);
    }
}
