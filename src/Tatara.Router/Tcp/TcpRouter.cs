using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.Router.Registry;

namespace Tatara.Router.Tcp;

/// <summary>
/// Listens on the ports of the TCP routes that somebody serves, and on no other. Without endpoints a port is closed:
/// a refused connection is the truth, and TCP has no other way to say it.
/// </summary>
internal sealed partial class TcpRouter(TcpContext context) : BackgroundService
{
    /// <summary>How often a port that was taken by another program is tried again, and idle connections are looked for.</summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(2);

    private readonly Channel<int> _changed = Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<int, TcpPort> _open = [];
    private readonly List<TcpPort> _ending = [];
    private readonly HashSet<int> _taken = [];
    private readonly CancellationTokenSource _cut = new();
    private bool _isStopped;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anybody can register.
        context.Registry.TcpRouteChanged += port => _changed.Writer.TryWrite(port);
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Takes no more; what is open may end until the host's patience does.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (Interlocked.Exchange(ref _isStopped, true)) return;
        foreach (var port in _open.Values) port.Close();
        var all = _open.Values.Concat(_ending).ToList();
        await Task.WhenAll(all.Select(p => p.Ended)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _cut.CancelAsync();
        foreach (var connection in all.SelectMany(p => p.Connections)) connection.Abort();
    }

    public override void Dispose()
    {
        _cut.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (context.Options.Tcp is not { } routing) return;
        using var timer = new PeriodicTimer(SweepInterval, context.Time);
        var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        var change = _changed.Reader.WaitToReadAsync(stoppingToken).AsTask();
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAny(tick, change).ConfigureAwait(false);
            if (stoppingToken.IsCancellationRequested) return;
            if (change.IsCompleted)
            {
                while (_changed.Reader.TryRead(out var port)) Follow(port, routing);
                change = _changed.Reader.WaitToReadAsync(stoppingToken).AsTask();
            }
            if (!tick.IsCompleted) continue;
            Sweep(routing);
            tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        }
    }

    private void Follow(int port, TcpRouting routing)
    {
        var isServed = context.Registry.Table.Find(RouteKey.OfPort(port)) is { Members.Length: > 0 };
        if (isServed && !_open.ContainsKey(port)) Open(port, routing);
        else if (!isServed && _open.Remove(port, out var gone))
        {
            gone.Close();
            _ending.Add(gone);
            Log.Closed(context.Logger, port);
        }
        if (!isServed) _taken.Remove(port);
    }

    private void Open(int port, TcpRouting routing)
    {
        try
        {
            _open[port] = new TcpPort(port, routing, context, _cut.Token);
            _taken.Remove(port);
            Log.Opened(context.Logger, port);
        }
        catch (SocketException e)
        {
            if (_taken.Add(port)) Log.Taken(context.Logger, port, e.Message);
        }
    }

    private void Sweep(TcpRouting routing)
    {
        foreach (var port in _taken.ToList()) Follow(port, routing);
        foreach (var connection in _open.Values.Concat(_ending).SelectMany(p => p.Connections))
            if (connection.IdleTime > routing.IdleTimeout) connection.Abort();
        _ending.RemoveAll(p => p.Connections.Count == 0);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Listening on port {Port} for its TCP route.")]
        public static partial void Opened(ILogger logger, int port);

        [LoggerMessage(Level = LogLevel.Information, Message = "No instance serves the TCP route of port {Port} any more; the port is closed.")]
        public static partial void Closed(ILogger logger, int port);

        [LoggerMessage(Level = LogLevel.Error, Message = "A TCP route has port {Port}, which this machine cannot listen on: {Reason}. End the program that has it, or take it out of the router group's ports; it is tried again.")]
        public static partial void Taken(ILogger logger, int port, string reason);
    }
}
