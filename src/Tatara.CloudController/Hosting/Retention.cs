using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Hosting;

/// <summary>Forgets audit events and finished jobs after a month, as Cloud Foundry does: else the database would grow for ever.</summary>
internal sealed partial class Retention(IServiceScopeFactory scopes, TimeProvider time, ILogger<Retention> logger) : BackgroundService
{
    private static readonly TimeSpan s_keep = TimeSpan.FromDays(31);
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(6);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(s_interval, time, stoppingToken);
            try
            {
                await ForgetAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Failed(logger, e);
            }
        }
    }

    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>();
        var before = time.GetUtcNow() - s_keep;
        await db.AuditEvents.Where(e => e.CreatedAt < before).ExecuteDeleteAsync(cancellationToken);
        await db.Jobs.Where(j => j.State != JobStates.Processing && j.UpdatedAt < before).ExecuteDeleteAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Old audit events and jobs cannot be removed now; it is tried again later")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
