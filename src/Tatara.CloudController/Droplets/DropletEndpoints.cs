using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Droplets;

/// <summary>/v3/droplets: one droplet.</summary>
internal sealed class DropletEndpoints(
    CloudControllerDbContext db, Access access, Links links, EventRecorder events, JobQueue jobs, IBlobstore blobs)
{
    public async Task<IResult> GetAsync(ApiCall call)
    {
        var (droplet, _, space) = await FindAsync(call, AccessLevel.Read);
        return await PresentAsync(droplet, space, call.Cancelled);
    }

    public async Task<IResult> GetCurrentAsync(ApiCall call)
    {
        var (app, space) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        var droplet = await db.Droplets.AsNoTracking().SingleOrDefaultAsync(d => d.Guid == app.CurrentDropletGuid, call.Cancelled)
            ?? throw ApiErrors.ResourceNotFound("Droplet");
        return await PresentAsync(droplet, space, call.Cancelled);
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        var (droplet, _, space) = await FindAsync(call, AccessLevel.Write);
        metadata.ApplyTo(droplet);
        await db.SaveChangesAsync(call.Cancelled);
        return await PresentAsync(droplet, space, call.Cancelled);
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var (droplet, app, space) = await FindAsync(call, AccessLevel.Write);
        if (app.CurrentDropletGuid == droplet.Guid) throw ApiErrors.Unprocessable("The droplet is currently used by an app.");
        events.Record("audit.app.droplet.delete", app, space, new { droplet_guid = droplet.Guid });
        return jobs.Accepted(await jobs.EnqueueAsync(DropletDeleteJob.Operation, droplet.Guid, ("droplet", droplet.Guid), call.Cancelled));
    }

    public async Task<IResult> DownloadAsync(ApiCall call)
    {
        var (droplet, app, space) = await FindAsync(call, AccessLevel.Read);
        if (!await access.SeesSecretsOfSpaceAsync(space.Guid, call.Cancelled)) throw ApiErrors.NotAuthorized();
        if (droplet.State != DropletStates.Staged) throw ApiErrors.Unprocessable("Only staged droplets can be downloaded.");
        var answer = await BlobDownload.ForUserAsync(blobs, BlobKeys.Droplet(droplet.Guid), "application/gzip", $"droplet_{droplet.Guid}.tgz", call.Cancelled)
            ?? throw ApiErrors.ResourceNotFound("Droplet bits");
        events.Record("audit.app.droplet.download", app, space, new { droplet_guid = droplet.Guid });
        await db.SaveChangesAsync(call.Cancelled);
        return answer;
    }

    private async Task<IResult> PresentAsync(Droplet droplet, Space space, CancellationToken cancellationToken) =>
        Answer.Ok(DropletResponse.Of(droplet, links, await access.SeesSecretsOfSpaceAsync(space.Guid, cancellationToken)));

    private Task<(Droplet Droplet, App App, Space Space)> FindAsync(ApiCall call, AccessLevel wanted) =>
        DropletAccess.FindAsync(db, access, call.Guid, wanted, call.Cancelled);
}
