using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Processes;
using Tatara.CloudController.Quotas;
using Tatara.CloudController.Sidecars;

namespace Tatara.CloudController.Apps;

/// <summary>Makes a droplet the app's current one, with a process for each type and the sidecars that it brings.</summary>
internal sealed class DropletAssignment(CloudControllerDbContext db, CloudControllerOptions options, QuotaGuard quotas, SidecarStore sidecars, EventRecorder events)
{
    public async Task AssignAsync(App app, Space space, Droplet droplet, CancellationToken cancellationToken)
    {
        if (droplet.ProcessTypes.Count == 0 && !await db.Processes.AnyAsync(p => p.AppGuid == app.Guid && p.Command != null, cancellationToken))
            throw ApiErrors.Unprocessable("Unable to create process types for this app's droplet. Please provide a droplet with valid process types.");
        app.CurrentDropletGuid = droplet.Guid;
        var processes = await db.Processes.Where(p => p.AppGuid == app.Guid).ToListAsync(cancellationToken);
        foreach (var type in droplet.ProcessTypes.Keys.Except(processes.Select(p => p.Type)).ToList())
        {
            var process = ProcessFactory.Create(app, type, options);
            process.Instances = droplet.Formation.GetValueOrDefault(type, process.Instances);
            db.Processes.Add(process);
            processes.Add(process);
        }
        if (app.DesiredState == AppStates.Started && droplet.Formation.Count > 0) await quotas.CheckStartedAsync(app.Guid, space, processes, cancellationToken);
        await sidecars.ReplaceBuildpacksAsync(app.Guid, droplet.Sidecars, cancellationToken);
        events.Record("audit.app.droplet.mapped", app, space, new { Request = new { DropletGuid = droplet.Guid } });
        await db.SaveChangesAsync(cancellationToken);
    }
}
