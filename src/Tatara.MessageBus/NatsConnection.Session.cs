using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;

namespace Tatara.MessageBus;

public sealed partial class NatsConnection
{
    private const int ReadBufferBytes = 64 * 1024;

    /// <summary>Unanswered pings after which a connection is dead.</summary>
    private const int MaxUnansweredPings = 2;

    private readonly Lock _pingLock = new();
    private readonly Queue<TaskCompletionSource?> _pings = new();
    private int _unansweredPings;
    private volatile bool _isSessionOpen;
    private readonly HashSet<string> _troubles = new(StringComparer.Ordinal);

    /// <summary>1. dial the next server, 2. shake hands, 3. renew subscriptions, 4. read and write until it breaks, 5. wait, again.</summary>
    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var wait = _options.ReconnectWait;
        for (var attempt = 0; !cancellationToken.IsCancellationRequested; attempt++)
        {
            var server = _servers[attempt % _servers.Count];
            var begin = TimeProvider.System.GetTimestamp();
            var isRefused = false;
            try
            {
                await ConnectAndServeAsync(server, cancellationToken); // 1. to 4.
            }
            catch (Exception e)
            {
                // Whatever it is: a connection that is given up for good is worse than one that is tried in vain.
                if (!cancellationToken.IsCancellationRequested) Report(server, e);
                isRefused = e is NatsRefusedException;
            }
            MarkDisconnected();
            // A server that takes everyone in and throws everyone out must not be dialled without a pause.
            if (!isRefused && TimeProvider.System.GetElapsedTime(begin) > _options.ReconnectWaitMax) wait = _options.ReconnectWait;
            var pause = Task.Delay(wait * (0.75 + Random.Shared.NextDouble() / 2), cancellationToken); // 5.
            await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var longest = isRefused ? _options.RefusedWaitMax : _options.ReconnectWaitMax;
            wait = wait * 2 > longest ? longest : wait * 2;
        }
    }

    private async Task ConnectAndServeAsync(ServerAddress server, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await WithinConnectTimeoutAsync("be reached", t => socket.ConnectAsync(server.Host, server.Port, t), cancellationToken);
        await using var network = new NetworkStream(socket, ownsSocket: false);
        Stream stream = network;
        await WithinConnectTimeoutAsync("greet", async t => stream = await GreetAsync(network, t), cancellationToken);
        await using var secure = stream as SslStream;
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBufferBytes, leaveOpen: true));
        try
        {
            await WithinConnectTimeoutAsync("shake hands", t => ShakeHandsAsync(stream, reader, t), cancellationToken);
            await WithinConnectTimeoutAsync("take subscriptions", t => SubscribeAllAsync(stream, t), cancellationToken);
            ReportConnected(server);
            await ServeAsync(stream, reader, cancellationToken);
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private async Task ServeAsync(Stream stream, PipeReader reader, CancellationToken cancellationToken)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _unansweredPings = 0;
        var writing = WriteAsync(stream, session.Token);
        var pinging = PingRegularlyAsync(session.Token);
        var reading = ReadAsync(reader, session.Token);
        _connected.TrySetResult();
        Raise(ComeUp());
        var first = await Task.WhenAny(reading, writing, pinging);
        await session.CancelAsync();
        await Task.WhenAll(reading, writing, pinging).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
        throw new NatsException("The server closed the connection.");
    }

    private async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (true) await stream.WriteAsync(await _outgoing.TakeAsync(cancellationToken), cancellationToken);
    }

    private async Task PingRegularlyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(_options.PingInterval, cancellationToken);
            if (Interlocked.Increment(ref _unansweredPings) > MaxUnansweredPings) throw new NatsException("The server does not answer pings.");
            SendPing(null);
        }
    }

    /// <summary>The server answers pings in the order they come, after all that was sent before them.</summary>
    private void SendPing(TaskCompletionSource? pong)
    {
        lock (_pingLock)
        {
            if (_isSessionOpen)
            {
                _pings.Enqueue(pong);
                _outgoing.Control("PING\r\n");
                return;
            }
        }
        pong?.TrySetException(new NatsException("The bus is away."));
    }

    private void OnPong()
    {
        Interlocked.Exchange(ref _unansweredPings, 0);
        lock (_pingLock)
        {
            if (_pings.TryDequeue(out var pong)) pong?.TrySetResult();
        }
    }

    private void FailPings(Exception reason)
    {
        lock (_pingLock)
        {
            while (_pings.TryDequeue(out var pong)) pong?.TrySetException(reason);
        }
    }

    private void MarkDisconnected()
    {
        lock (_pingLock)
        {
            _isSessionOpen = false;
            _outgoing.DropControl();
            FailPings(new NatsException("The connection to the bus was lost."));
        }
        if (!IsConnected) return;
        lock (_handlersLock) _isUp = false;
        _connected = NewConnected();
        Raise(Disconnected);
    }

    /// <returns>Who is to be told; who comes later is told then.</returns>
    private Action? ComeUp()
    {
        lock (_handlersLock)
        {
            _isUp = true;
            return _onConnected;
        }
    }

    private void Raise(Action? handlers)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler();
            }
            catch (Exception e)
            {
                Log.HandlerFailed(_logger, e, _options.Name);
            }
        }
    }

    private void ReportConnected(ServerAddress server)
    {
        if (_troubles.Count == 0) Log.Connected(_logger, _options.Name, server);
        else Log.ConnectedAgain(_logger, _options.Name, server);
        _troubles.Clear();
    }

    /// <summary>Once for each reason: a bus that is away for an hour is not worth 3600 lines.</summary>
    private void Report(ServerAddress server, Exception e)
    {
        if (_troubles.Add($"{server}: {e.Message}")) Log.Disconnected(_logger, _options.Name, server, e.Message);
    }

    private async Task WithinConnectTimeoutAsync(string what, Func<CancellationToken, ValueTask> action, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.ConnectTimeout);
        try
        {
            await action(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NatsException($"The server did not {what} within {_options.ConnectTimeout.TotalSeconds:0.#} s.");
        }
    }
}
