using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Logs;
using Tatara.CloudController.Quotas;
using Tatara.Database;

namespace Tatara.CloudController.Apps;

/// <summary>Starts, stops and restarts apps: 1. check, 2. write down what is wanted, 3. tell the instances.</summary>
internal sealed class AppLifecycle(CloudControllerDbContext db, QuotaGuard quotas, EventRecorder events, IInstanceControl instances, ApiLog log)
{
    public async Task StartAsync(App app, Space space, CancellationToken cancellationToken)
    {
        RequireDroplet(app);
        var renew = app.DesiredState != AppStates.Started;
        await DesireAsync(app, space, AppStates.Started, renew, "audit.app.start", cancellationToken);
        await log.WriteAsync(app.Guid, $"Starting app with guid {app.Guid}", cancellationToken);
    }

    public async Task StopAsync(App app, Space space, CancellationToken cancellationToken)
    {
        await DesireAsync(app, space, AppStates.Stopped, renew: false, "audit.app.stop", cancellationToken);
        await log.WriteAsync(app.Guid, $"Stopping app with guid {app.Guid}", cancellationToken);
    }

    /// <summary>New versions of all processes: the instances of the old ones are stopped, whatever they run.</summary>
    public async Task RestartAsync(App app, Space space, CancellationToken cancellationToken)
    {
        RequireDroplet(app);
        await DesireAsync(app, space, AppStates.Started, renew: true, "audit.app.restart", cancellationToken);
        await log.WriteAsync(app.Guid, $"Restarted app with guid {app.Guid}", cancellationToken);
    }

    private async Task DesireAsync(App app, Space space, string state, bool renew, string eventType, CancellationToken cancellationToken)
    {
        List<Process> processes;
        // Exclusive: two apps that start at once must not both take the last of the quota.
        await using (var transaction = await db.BeginExclusiveAsync(cancellationToken))
        {
            processes = await db.Processes.Where(p => p.AppGuid == app.Guid).ToListAsync(cancellationToken);
            if (state == AppStates.Started) await quotas.CheckStartedAsync(app.Guid, space, processes, cancellationToken);
            app.DesiredState = state;
            foreach (var process in renew ? processes : []) process.Version = Entity.NewGuid();
            events.Record(eventType, app, space);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        foreach (var process in processes) await instances.DesiredStateChangedAsync(process.Guid, cancellationToken);
    }

    private static void RequireDroplet(App app)
    {
        if (app.CurrentDropletGuid is null) throw ApiErrors.Unprocessable("Assign a droplet before starting this app.");
    }
}
