using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Jobs;
using Tatara.Database;

namespace Tatara.CloudController.Manifests;

/// <summary>What the job behind apply_manifest needs.</summary>
internal sealed record ManifestPayload(string SpaceGuid, string Yaml);

/// <summary>Applies a manifest: all of it in one transaction or nothing, then the instances are told.</summary>
internal sealed class ManifestJob(CloudControllerDbContext db, ManifestApplier applier, IInstanceControl instances) : IJobHandler
{
    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var payload = job.ReadPayload<ManifestPayload>();
        var space = await db.Spaces.SingleOrDefaultAsync(s => s.Guid == payload.SpaceGuid, cancellationToken) ?? throw ApiErrors.ResourceNotFound("Space");
        var applied = new List<App>();
        await using (var transaction = await db.BeginExclusiveAsync(cancellationToken))
        {
            foreach (var manifest in ManifestReader.Read(payload.Yaml)) applied.Add(await applier.ApplyAsync(manifest, space, cancellationToken));
            await transaction.CommitAsync(cancellationToken);
        }
        foreach (var app in applied)
        {
            foreach (var guid in await OnItsRoutesAsync(app, cancellationToken)) await instances.RoutesChangedAsync(guid, cancellationToken);
            if (app.DesiredState != AppStates.Started) continue;
            foreach (var process in await db.Processes.Where(p => p.AppGuid == app.Guid).Select(p => p.Guid).ToListAsync(cancellationToken))
                await instances.DesiredStateChangedAsync(process, cancellationToken);
        }
    }

    /// <summary>The app and those that share a route with it, whose options are all of theirs.</summary>
    private async Task<IEnumerable<string>> OnItsRoutesAsync(App app, CancellationToken cancellationToken)
    {
        var routes = db.RouteDestinations.Where(d => d.AppGuid == app.Guid).Select(d => d.RouteGuid);
        var apps = await db.RouteDestinations.Where(d => routes.Contains(d.RouteGuid)).Select(d => d.AppGuid).Distinct().ToListAsync(cancellationToken);
        return apps.Prepend(app.Guid).Distinct();
    }
}
