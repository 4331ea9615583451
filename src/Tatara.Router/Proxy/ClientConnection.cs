using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;
using Tatara.Router.OwnAnswers;
using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Proxy;

/// <summary>
/// One client's connection, request after request:
/// 1. read a head, 2. find the route, 3. forward to an endpoint and relay both ways, 4. account for it.
/// Nothing here blocks: it runs on the transport's threads.
/// </summary>
internal sealed partial class ClientConnection
{
    private const int RequestBufferBytes = 4 * 1024;
    private const int ResponseBufferBytes = 16 * 1024;

    private readonly ConnectionContext _connection;
    private readonly ProxyContext _context;
    private readonly ProxyLimits _limits;
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly Exchange _exchange;
    private readonly HeadBuffer _requestBuffer;
    private readonly HeadBuffer _responseBuffer;

    public ClientConnection(ConnectionContext connection, ProxyContext context)
    {
        _connection = connection;
        _context = context;
        _limits = context.Limits;
        _input = connection.Transport.Input;
        _output = connection.Transport.Output;
        _exchange = new Exchange(new ClientAddress(connection), context.Limits, context.Time);
        _requestBuffer = new HeadBuffer(RequestBufferBytes, context.Limits.MaxHeadBytes);
        _responseBuffer = new HeadBuffer(ResponseBufferBytes, context.Limits.MaxHeadBytes);
    }

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
        using var gone = _connection.ConnectionClosed.UnsafeRegister(static c => ((ClientConnection)c!).OnClientGone(), this);
        var lifetime = _connection.Features.Get<IConnectionLifetimeNotificationFeature>();
        using var draining = lifetime?.ConnectionClosedRequested.UnsafeRegister(static c => ((ClientConnection)c!).OnDraining(), this) ?? default;
        _context.Deadlines.Add(this);
        _context.Metrics.ConnectionOpened();
        try
        {
            var outcome = Outcome.KeepAlive;
            while (outcome == Outcome.KeepAlive) outcome = await ServeOneAsync();
            if (outcome == Outcome.Abort) _connection.Abort(new ConnectionAbortedException("The exchange broke off."));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Log.ClientLost(_context.Logger, _connection.ConnectionId, e.Message);
        }
        catch (Exception e)
        {
            Log.Failed(_context.Logger, e, _connection.ConnectionId);
            _connection.Abort(new ConnectionAbortedException("The router failed."));
        }
        finally
        {
            _context.Deadlines.Remove(this);
            _context.Metrics.ConnectionClosed();
            CloseBackend();
            _requestBuffer.Release();
            _responseBuffer.Release();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> ServeOneAsync()
    {
        // 1.
        var status = await ReadHeadAsync();
        if (status is HeadRead.Closed) return Outcome.Close;
        try
        {
            var outcome = status switch
            {
                HeadRead.TooSlow => await RefuseAsync(RouterError.ClientTooSlow),
                HeadRead.Refused => await RefuseAsync(RouterError.Of(_headStatus)),
                _ when FindOwnAnswer() is { } answer => await AnswerAsync(answer),
                // 2.
                _ when FindRoute() is { } error => await RefuseAsync(error),
                // 3.
                _ => await ForwardAsync(),
            };
            return outcome == Outcome.KeepAlive && _isDraining ? Outcome.Close : outcome;
        }
        finally
        {
            // 4.
            var finished = _context.Time.GetTimestamp();
            _context.AccessLog.Write(_exchange, finished);
            _context.Metrics.Finished(
                _exchange.Route, _exchange.Endpoint?.Owner.App, _exchange.Status, _context.Time.GetElapsedTime(_exchange.Started, finished),
                _exchange.ReceivedBytes, _exchange.SentBytes, _exchange.RouterError);
            _requestBuffer.Release();
            _responseBuffer.Release();
        }
    }

    private OwnAnswer? FindOwnAnswer() => _context.OwnAnswers.Find(
        _exchange.Client.IsHttps, Request[Request.Host], Request[Request.Target], Request.IsHead || Request[Request.Method].SequenceEqual("GET"u8));

    private RouterError? FindRoute()
    {
        _exchange.Route = _context.Registry.Table.Match(Request[Request.Host], Request[Request.Path]);
        if (_exchange.Route is null) return RouterError.UnknownRoute;
        if (_context.RouteServices.Apply(_exchange) is { } refusal) return refusal;
        if (_exchange.Rewrite is { Authority: not null }) return null; // What names an instance means the app's, not the service's.
        if (EndpointChooser.ReadInstanceField(_exchange) is { } error) return error;
        _exchange.StickyId = _context.Sticky.FindInstance(Request);
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The client of connection {Connection} is gone: {Reason}")]
        public static partial void ClientLost(ILogger logger, string connection, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "Connection {Connection} failed.")]
        public static partial void Failed(ILogger logger, Exception error, string connection);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot connect to {Endpoint} of app {App}: {Reason}")]
        public static partial void ConnectFailed(ILogger logger, string endpoint, string? app, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Endpoint} of app {App} gave no usable answer: {Reason}")]
        public static partial void EndpointFailed(ILogger logger, string endpoint, string? app, string reason);
    }
}
