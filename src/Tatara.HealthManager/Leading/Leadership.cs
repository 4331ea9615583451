using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.Database.Leases;

namespace Tatara.HealthManager.Leading;

/// <summary>Of several Health Managers all listen and know, and one judges: who holds the lease.</summary>
internal sealed partial class Leadership : IHostedService
{
    private readonly Lease _lease;

    public Leadership(LeaseClient client, HealthMonitor monitor, TimeProvider time, ILogger<Leadership> logger)
    {
        _lease = new Lease(client.TakeAsync, client.ReleaseAsync, time);
        _lease.Changed += held =>
        {
            if (held) Log.Leads(logger);
            else Log.Follows(logger);
        };
        monitor.MayJudge = () => _lease.IsHeld;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _lease.Start();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await _lease.DisposeAsync();

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "This Health Manager is the active one")]
        public static partial void Leads(ILogger logger);

        [LoggerMessage(Level = LogLevel.Warning, Message = "This Health Manager is not the active one any more: Cloud Controller is away, or another one took over")]
        public static partial void Follows(ILogger logger);
    }
}
