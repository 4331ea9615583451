using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.Router.Proxy;
using Tatara.Router.Tcp;

namespace Tatara.Router;

/// <summary>
/// How the router stops, before anything else in it does: 1. the health check fails, while all is served as before, so
/// that load balancers send clients elsewhere, 2. it takes no more connections, 3. what is under way may finish.
/// </summary>
internal sealed partial class Drain(
    RouterOptions options, ProxyServer proxy, TcpRouter tcp, TimeProvider time, ILogger<Drain> logger) : IHostedLifecycleService
{
    private volatile bool _hasBegun;

    /// <summary>Whether clients should go elsewhere.</summary>
    public bool HasBegun => _hasBegun;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (_hasBegun) return;
        // 1.
        _hasBegun = true;
        if (options.DrainWait > TimeSpan.Zero)
        {
            Log.Waits(logger, options.DrainWait);
            await proxy.SendElsewhereAsync();
            await Task.Delay(options.DrainWait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        // 2. and 3.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.DrainTimeout);
        await Task.WhenAll(proxy.StopAsync(patience.Token), tcp.StopAsync(patience.Token));
        Log.Done(logger, !patience.IsCancellationRequested);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Draining: the health check fails from now on, and new connections are taken for another {Wait}.")]
        public static partial void Waits(ILogger logger, TimeSpan wait);

        [LoggerMessage(Level = LogLevel.Information, Message = "Drained. All that was under way has ended by itself: {All}.")]
        public static partial void Done(ILogger logger, bool all);
    }
}
