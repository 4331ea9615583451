using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tatara.Router.Registry;

namespace Tatara.Router.Tcp;

/// <summary>
/// One client's connection to a TCP route: 1. hear whom a load balancer speaks for, 2. find an endpoint that takes it,
/// 3. pass bytes on in both directions until both have ended. Each side waits while the other is slow to read; an idle one holds no buffer.
/// </summary>
internal sealed partial class TcpConnection(Socket client, Route route, TcpContext context)
{
    private const int BufferBytes = 32 * 1024;

    private readonly long _started = context.Time.GetTimestamp();
    private Socket? _server;
    private IPEndPoint? _peer;
    private Endpoint? _endpoint;
    private long _received;
    private long _sent;
    private long _lastUse = context.Time.GetTimestamp();

    public TimeSpan IdleTime => context.Time.GetElapsedTime(Volatile.Read(ref _lastUse));

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            if (await TcpProxyHeader.ReadAsync(client, context, stopping) is not { } begun) return; // 1.
            _peer = begun.Client;
            _server = await ConnectAsync(stopping); // 2.
            if (_server is null)
            {
                context.Counters.Fail();
                return;
            }
            client.NoDelay = true;
            KeepAlive.Enable(client);
            KeepAlive.Enable(_server);
            await Task.WhenAll(RelayAsync(client, _server, isUp: true, begun.Early), RelayAsync(_server, client, isUp: false, default)); // 3.
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Log.Broken(context.Logger, route.Key, e.Message);
        }
        finally
        {
            Abort();
            if (_peer is not null) Log.Ended(context.Logger, _peer, route.Key.Port, _endpoint?.Address.ToString(), _endpoint?.Owner.App, _endpoint?.Index, context.Time.GetElapsedTime(_started).TotalSeconds, _received, _sent);
        }
    }

    /// <summary>Ends both sides at once. After an orderly end there is nothing left to cut off.</summary>
    public void Abort()
    {
        client.Dispose();
        _server?.Dispose();
    }

    /// <summary>Endpoints in turn, those that refused lately last, until one takes the connection.</summary>
    private async Task<Socket?> ConnectAsync(CancellationToken stopping)
    {
        var members = route.Members;
        if (members.Length == 0) return null;
        var now = context.Milliseconds();
        var turn = (int)(route.NextTurn() % (uint)members.Length);
        var candidates = members[turn..].Concat(members[..turn]).Select(m => m.Endpoint).OrderBy(e => e.IsAside(now)).Take(context.Options.Limits.MaxAttempts);
        foreach (var endpoint in candidates)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                patience.CancelAfter(context.Options.EndpointConnectTimeout);
                await socket.ConnectAsync(endpoint.Address.Host, endpoint.Address.Port, patience.Token);
                // The address may belong to another app by now.
                if (!endpoint.IsRetired)
                {
                    _endpoint = endpoint;
                    return socket;
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                stopping.ThrowIfCancellationRequested();
                endpoint.SetAside(context.Milliseconds() + (long)context.Options.Limits.AsideTime.TotalMilliseconds);
                Log.ConnectFailed(context.Logger, endpoint.Address, route.Key, endpoint.Owner.App, e.Message);
            }
            socket.Dispose();
        }
        return null;
    }

    /// <summary>One direction. Its end is passed on, so that the other may go on alone; a failure ends both.</summary>
    /// <param name="early">What was read already.</param>
    private async Task RelayAsync(Socket from, Socket to, bool isUp, ReadOnlyMemory<byte> early)
    {
        try
        {
            if (!early.IsEmpty) await SendAsync(to, isUp, early);
            while (true)
            {
                await from.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
                var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
                int count;
                try
                {
                    count = await from.ReceiveAsync(buffer.AsMemory(0, BufferBytes), SocketFlags.None);
                    await SendAsync(to, isUp, buffer.AsMemory(0, count));
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
                Volatile.Write(ref _lastUse, context.Time.GetTimestamp());
                if (count == 0) break;
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Reset(to);
            Reset(from);
            throw;
        }
    }

    private async ValueTask SendAsync(Socket to, bool isUp, ReadOnlyMemory<byte> data)
    {
        for (var left = data; !left.IsEmpty;) left = left[await to.SendAsync(left, SocketFlags.None)..];
        context.Counters.Relay(data.Length);
        // Each direction has a writer of its own.
        if (isUp) _received += data.Length;
        else _sent += data.Length;
    }

    /// <summary>What was cut off must not look like an orderly end to the other side.</summary>
    private static void Reset(Socket socket)
    {
        try
        {
            socket.Close(0);
        }
        catch (ObjectDisposedException)
        {
            // The other direction was faster.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot connect to {Endpoint} of TCP route {Route} for app {App}: {Reason}")]
        public static partial void ConnectFailed(ILogger logger, EndpointAddress endpoint, RouteKey route, string? app, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Client} was connected with TCP route :{Port}, {Endpoint} of app {App}/{Index}, for {Seconds:0.000} s: {Received} bytes received, {Sent} bytes sent.")]
        public static partial void Ended(ILogger logger, IPEndPoint client, int port, string? endpoint, string? app, string? index, double seconds, long received, long sent);

        [LoggerMessage(Level = LogLevel.Debug, Message = "A connection of TCP route {Route} broke off: {Reason}")]
        public static partial void Broken(ILogger logger, RouteKey route, string reason);
    }
}
