using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Router.Registry;

namespace Tatara.Router.Registration;

/// <summary>
/// Holds a router back until it knows its routes: one that listens before would say 404 for apps that run. It takes no connection
/// meanwhile, so a load balancer asks another one.
/// </summary>
internal sealed partial class TableFill(RouteRegistry registry, NatsConnection bus, RouterOptions options, ILogger<TableFill> logger) : IHostedService
{
    /// <summary>A router whose bus stays away, or where registrations never end, has to serve with what it has.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.FillQuiet == TimeSpan.Zero) return;
        var waited = Stopwatch.StartNew();
        var quiet = Stopwatch.StartNew();
        for (var known = -1; !bus.IsConnected || quiet.Elapsed < options.FillQuiet; await Task.Delay(Pause, cancellationToken))
        {
            if (waited.Elapsed > Patience)
            {
                Log.Impatient(logger, Patience.TotalSeconds, known, bus.IsConnected);
                return;
            }
            if (bus.IsConnected && registry.EndpointCount == known) continue;
            known = registry.EndpointCount;
            quiet.Restart();
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The route table may not be whole after {Seconds} s; the router serves with {Endpoints} endpoints. Bus connected: {Connected}")]
        public static partial void Impatient(ILogger logger, double seconds, int endpoints, bool connected);
    }
}
