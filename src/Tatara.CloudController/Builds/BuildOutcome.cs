using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Buildpacks;
using Tatara.CloudController.Data;
using Tatara.CloudController.Droplets;
using Tatara.CloudController.Events;
using Tatara.CloudController.Logs;
using Tatara.Protocol;

namespace Tatara.CloudController.Builds;

/// <summary>Ends a build: with a droplet, or with a reason. A build ends once, whatever else is said about it later.</summary>
internal sealed class BuildOutcome(
    CloudControllerDbContext db, StagedDroplets droplets, BitsExpiration expiration, EventRecorder events, ApiLog log)
{
    /// <param name="begun">It had been accepted, and waited for its turn on the DEA.</param>
    public async Task AcceptAsync(string buildGuid, bool begun, DateTimeOffset now, CancellationToken cancellationToken) =>
        await db.Builds
            .Where(b => b.Guid == buildGuid && b.State == BuildStates.Staging && (b.StartedAt == null || begun))
            .ExecuteUpdateAsync(s => s.SetProperty(b => b.StartedAt, now), cancellationToken);

    /// <summary>A DEA that turned out to have no room gives the build back; the watch looks for another one.</summary>
    public async Task GiveBackAsync(string buildGuid, CancellationToken cancellationToken) =>
        await db.Builds
            .Where(b => b.Guid == buildGuid && b.State == BuildStates.Staging && b.StartedAt == null)
            .ExecuteUpdateAsync(s => s.SetProperty(b => b.DeaId, (string?)null), cancellationToken);

    public async Task FinishAsync(StagingReply reply, CancellationToken cancellationToken)
    {
        if (reply.Error is not null || reply.ErrorInfo is not null)
            await FailAsync(reply.TaskId, reply.ErrorInfo?.Type, reply.ErrorInfo?.Message ?? reply.Error, cancellationToken);
        else
            await SucceedAsync(reply, cancellationToken);
    }

    public async Task FailAsync(string buildGuid, string? errorId, string? detail, CancellationToken cancellationToken)
    {
        if (await FindAsync(buildGuid, cancellationToken) is not { } build) return;
        var (id, error) = StagingErrors.Describe(errorId, detail);
        (build.State, build.ErrorId, build.Error) = (BuildStates.Failed, id, error);
        await droplets.TakeAsync(build, sha1: null, cancellationToken);
        var (app, space) = await SurroundingsAsync(build, cancellationToken);
        Record("audit.app.build.failed", build, app, space, new { build_guid = build.Guid, package_guid = build.PackageGuid, error_id = id, error_message = error });
        await db.SaveChangesAsync(cancellationToken);
        await log.WriteAsync(app.Guid, $"Failed to stage build: {error}", cancellationToken);
    }

    private async Task SucceedAsync(StagingReply reply, CancellationToken cancellationToken)
    {
        if (await FindAsync(reply.TaskId, cancellationToken) is not { } build) return;
        var types = reply.ProcessTypes ?? new Dictionary<string, string>();
        if (types.Count == 0 && !await db.Processes.AnyAsync(p => p.AppGuid == build.AppGuid && p.Type == "web" && p.Command != null, cancellationToken))
        {
            await FailAsync(build.Guid, StagingErrors.StagingError, "Start command not specified", cancellationToken);
            return;
        }
        if (await droplets.TakeAsync(build, reply.DropletSha1, cancellationToken) is not { } droplet)
        {
            await FailAsync(build.Guid, StagingErrors.StagingError, "The DEA did not bring the droplet that it reports", cancellationToken);
            return;
        }
        droplet.State = DropletStates.Staged;
        droplet.ProcessTypes = types.ToDictionary(t => t.Key, t => (string?)t.Value);
        droplet.Buildpacks = await BuildpacksAsync(reply, cancellationToken);
        droplet.Sidecars = reply.Sidecars ?? [];
        droplet.EnvironmentDefaults = (reply.EnvironmentDefaults ?? new Dictionary<string, string>()).ToDictionary(v => v.Key, v => (string?)v.Value);
        droplet.Formation = reply.Formation ?? new Dictionary<string, int>();
        (build.State, build.DropletGuid) = (BuildStates.Staged, droplet.Guid);
        var (app, space) = await SurroundingsAsync(build, cancellationToken);
        Record("audit.app.build.staged", build, app, space, new { build_guid = build.Guid, package_guid = build.PackageGuid, droplet_guid = droplet.Guid });
        Record("audit.app.droplet.create", build, app, space, new { droplet_guid = droplet.Guid, package_guid = build.PackageGuid });
        await db.SaveChangesAsync(cancellationToken);
        await log.WriteAsync(app.Guid, $"Staging complete for build {build.Guid}", cancellationToken);
        await expiration.ExpireAsync(app.Guid, cancellationToken);
    }

    /// <summary>Null: it ended already, or was deleted with its app.</summary>
    private async Task<Build?> FindAsync(string guid, CancellationToken cancellationToken) =>
        await db.Builds.SingleOrDefaultAsync(b => b.Guid == guid && b.State == BuildStates.Staging, cancellationToken);

    private async Task<(App App, Space Space)> SurroundingsAsync(Build build, CancellationToken cancellationToken)
    {
        var app = await db.Apps.AsNoTracking().SingleAsync(a => a.Guid == build.AppGuid, cancellationToken);
        return (app, await db.Spaces.AsNoTracking().SingleAsync(s => s.Guid == app.SpaceGuid, cancellationToken));
    }

    private async Task<IReadOnlyList<DropletBuildpack>> BuildpacksAsync(StagingReply reply, CancellationToken cancellationToken)
    {
        var used = reply.Buildpacks ?? (reply.BuildpackKey is null ? [] : [new UsedBuildpack(reply.BuildpackKey)]);
        var installed = await db.Buildpacks.AsNoTracking().ToListAsync(cancellationToken);
        return
        [
            .. used.Select((buildpack, i) =>
            {
                var known = installed.FirstOrDefault(b => b.Sha256 is not null && BuildpackBits.Key(b.Guid, b.Sha256) == buildpack.Key)?.Name;
                return new DropletBuildpack(known ?? buildpack.Key, i == used.Count - 1 ? reply.DetectedBuildpack : null, buildpack.Name ?? known, buildpack.Version);
            }),
        ];
    }

    private void Record(string type, Build build, App app, Space space, object data) =>
        events.Record(
            type, new EventSubject(build.CreatedByGuid ?? "system", "user", build.CreatedByName ?? "system"),
            new EventSubject(app.Guid, "app", app.Name), space.Guid, space.OrganizationGuid, data);
}
