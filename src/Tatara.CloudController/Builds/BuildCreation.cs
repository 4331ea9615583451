using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Auth;
using Tatara.CloudController.Data;
using Tatara.CloudController.Droplets;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Logs;
using Tatara.CloudController.Packages;
using Tatara.CloudController.Quotas;
using Tatara.CloudController.Roles;
using Tatara.Database;

namespace Tatara.CloudController.Builds;

/// <summary>
/// Begins a build: 1. may it be, 2. with what, 3. is there a droplet that it would only make again, 4. write it down, 5. give it to a
/// DEA. If 5. does not come about, the watch does it.
/// </summary>
internal sealed class BuildCreation(
    CloudControllerDbContext db, Access access, BuildLifecycleRules rules, QuotaGuard quotas, DropletReuse reuse, Stager stager, EventRecorder events,
    BitsExpiration expiration, ApiLog log)
{
    /// <summary>Compilers need room that the app itself may not: Cloud Foundry's least for memory; for disk, what fits small machines.</summary>
    private const int LeastMemoryMb = 1024, LeastDiskMb = 2048;

    public async Task<Build> CreateAsync(BuildRequest request, Caller caller, CancellationToken cancellationToken)
    {
        // Exclusive: of two requests that arrive together one sees the other's build.
        await using var transaction = await db.BeginExclusiveAsync(cancellationToken);
        var (package, app, space) = await PackageAsync(request.PackageGuid, cancellationToken); // 1.
        if (await db.Builds.AnyAsync(b => b.AppGuid == app.Guid && b.State == BuildStates.Staging, cancellationToken)) throw InProgress();
        if (package.State != PackageStates.Ready) throw ApiErrors.BadRequest("Cannot stage package whose state is not ready.");
        var buildpacks = request.Buildpacks ?? app.Buildpacks; // 2.
        await rules.CheckBuildpacksAsync(buildpacks, cancellationToken);
        var web = await db.Processes.AsNoTracking().SingleOrDefaultAsync(p => p.AppGuid == app.Guid && p.Type == "web", cancellationToken);
        var build = new Build
        {
            AppGuid = app.Guid,
            PackageGuid = package.Guid,
            Buildpacks = buildpacks,
            Stack = await rules.StackAsync(request.Stack ?? app.Stack, cancellationToken),
            StagingMemoryMb = Math.Max(LeastMemoryMb, request.MemoryMb ?? web?.MemoryMb ?? 0),
            StagingDiskMb = Math.Max(LeastDiskMb, request.DiskMb ?? web?.DiskMb ?? 0),
            StagingLogRateLimit = request.LogRateLimit ?? web?.LogRateLimit ?? -1,
            CreatedByGuid = caller.Guid,
            CreatedByName = caller.Name,
        };
        await quotas.CheckStagingAsync(space, build.StagingMemoryMb, cancellationToken);
        request.Metadata.ApplyTo(build);
        var reused = await reuse.TryAsync(build, package, cancellationToken); // 3.
        db.Builds.Add(build); // 4.
        events.Record("audit.app.build.create", app, space, new { build_guid = build.Guid, package_guid = package.Guid });
        try
        {
            if (reused is not null) RecordReuse(build, reused, app, space);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch when (reused is not null)
        {
            await reuse.UndoAsync(reused);
            throw;
        }
        await log.WriteAsync(app.Guid, $"Creating build for app with guid {app.Guid}", cancellationToken);
        if (reused is null) await stager.StageAsync(build, cancellationToken); // 5.
        else await TellAsync(app, cancellationToken);
        return build;
    }

    private void RecordReuse(Build build, Droplet reused, App app, Space space)
    {
        events.Record("audit.app.build.staged", app, space, new { build_guid = build.Guid, package_guid = build.PackageGuid, droplet_guid = reused.Guid });
        events.Record("audit.app.droplet.create", app, space, new { droplet_guid = reused.Guid, package_guid = build.PackageGuid });
    }

    private async Task TellAsync(App app, CancellationToken cancellationToken)
    {
        const string what = "Reused the droplet of the last push: the app's files, buildpacks, stack and environment are the same.";
        await log.WriteStagingAsync(app.Guid, $"{what} To stage it anyway: cf restage {app.Name}", cancellationToken);
        await expiration.ExpireAsync(app.Guid, cancellationToken);
    }

    private async Task<(Package Package, App App, Space Space)> PackageAsync(string guid, CancellationToken cancellationToken)
    {
        try
        {
            return await PackageAccess.FindAsync(db, access, guid, AccessLevel.Write, cancellationToken);
        }
        catch (ApiException e) when (e.Errors[0].Name is "ResourceNotFound" or "NotAuthorized")
        {
            throw ApiErrors.Unprocessable("Unable to use package. Ensure that the package exists and you have access to it.");
        }
    }

    private static ApiException InProgress() =>
        ApiErrors.Make(422, 170017, "StagingInProgress", "Only one build can be STAGING at a time per application.");
}
