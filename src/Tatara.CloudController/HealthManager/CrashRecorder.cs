using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Events;
using Tatara.CloudController.Logs;
using Tatara.Protocol;

namespace Tatara.CloudController.HealthManager;

/// <summary>Writes crashes into the audit events, where "cf events" shows them.</summary>
internal sealed class CrashRecorder(CloudControllerDbContext db, EventRecorder events, ApiLog log, RecentMessages recent)
{
    private const int MaxDescription = 1024;

    public async Task RecordAsync(DropletExited exit, CancellationToken cancellationToken)
    {
        var id = "exit " + exit.Instance;
        if (exit.Reason != ExitReasons.Crashed || recent.Has(id)) return;
        var process = await db.Processes.AsNoTracking().SingleOrDefaultAsync(p => p.Guid == exit.Droplet, cancellationToken);
        if (process is null) return;
        var app = await db.Apps.AsNoTracking().SingleAsync(a => a.Guid == process.AppGuid, cancellationToken);
        var space = await db.Spaces.AsNoTracking().SingleAsync(s => s.Guid == app.SpaceGuid, cancellationToken);
        var description = exit.ExitDescription.Length <= MaxDescription ? exit.ExitDescription : exit.ExitDescription[..MaxDescription];
        var crash = new Crash(exit.Instance, exit.Index, exit.ExitStatus, description, exit.Reason);
        var target = new EventSubject(app.Guid, "app", app.Name);
        events.Record("audit.app.process.crash", new EventSubject(process.Guid, "process", process.Type), target, space.Guid, space.OrganizationGuid, crash);
        events.Record("app.crash", target, target, space.Guid, space.OrganizationGuid, crash);
        await db.SaveChangesAsync(cancellationToken);
        recent.Add(id);
        await log.WriteAsync(
            app.Guid, $"Process has crashed with type: \"{process.Type}\" (index {exit.Index}, exit status {exit.ExitStatus}: {description})", cancellationToken);
    }

    private sealed record Crash(string Instance, int Index, int ExitStatus, string ExitDescription, string Reason);
}
