using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Processes;

namespace Tatara.CloudController.Apps;

/// <summary>Makes a droplet the app's current one, with a process for each type that it brings.</summary>
internal sealed class DropletAssignment(CloudControllerDbContext db, CloudControllerOptions options, EventRecorder events)
{
    public async Task AssignAsync(App app, Space space, Droplet droplet, CancellationToken cancellationToken)
    {
        if (droplet.ProcessTypes.Count == 0 && !await db.Processes.AnyAsync(p => p.AppGuid == app.Guid && p.Command != null, cancellationToken))
            throw ApiErrors.Unprocessable("Unable to create process types for this app's droplet. Please provide a droplet with valid process types.");
        app.CurrentDropletGuid = droplet.Guid;
        var existing = await db.Processes.Where(p => p.AppGuid == app.Guid).Select(p => p.Type).ToListAsync(cancellationToken);
        foreach (var type in droplet.ProcessTypes.Keys.Except(existing)) db.Processes.Add(ProcessFactory.Create(app, type, options));
        events.Record("audit.app.droplet.mapped", app, space, new { Request = new { DropletGuid = droplet.Guid } });
        await db.SaveChangesAsync(cancellationToken);
    }
}
