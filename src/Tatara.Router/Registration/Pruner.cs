using Microsoft.Extensions.Hosting;
using Tatara.MessageBus;
using Tatara.Router.Registry;

namespace Tatara.Router.Registration;

/// <summary>
/// Drops stale endpoints now and then, but not while the bus is away: then nobody can register, and old routes are better than none. Those on
/// hosts that were removed from the platform go at once.
/// </summary>
internal sealed class Pruner(RouteRegistry registry, NatsConnection bus, RouterOptions options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.PruneInterval < options.EmptyRouteTimeout || options.EmptyRouteTimeout <= TimeSpan.Zero
            ? options.PruneInterval
            : options.EmptyRouteTimeout;
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (options.Peers is { } peers) registry.PruneHosts(peers.Tls.Members.RemovedAddresses);
            if (bus.IsConnected) registry.Prune();
        }
    }
}
