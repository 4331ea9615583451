using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Packages;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Buildpacks;

/// <summary>What the job behind an upload needs.</summary>
internal sealed record BuildpackUploadPayload(string Guid, string UploadKey, string FileName, string Sha256);

/// <summary>POST /v3/buildpacks/GUID/upload: the bits go to the blobstore as they arrive, a job checks them.</summary>
internal sealed class BuildpackUploadEndpoints(CloudControllerDbContext db, Access access, IBlobstore blobs, JobQueue jobs, Links links)
{
    public async Task<IResult> UploadAsync(ApiCall call)
    {
        var buildpack = await db.Buildpacks.SingleOrDefaultAsync(b => b.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Buildpack");
        access.RequireAdmin();
        if (buildpack.Locked) throw ApiErrors.Unprocessable("Buildpack is locked");
        call.AllowBody(BuildpackBits.MaxBytes + MultipartUpload.OverheadBytes);

        var key = BlobKeys.Upload(Entity.NewGuid());
        var upload = await MultipartUpload.ReadAsync(call.Http.Request, blobs, key, BuildpackBits.MaxBytes, call.Cancelled);
        if (upload.Bits is not { } bits) throw ApiErrors.Unprocessable("Upload must include bits");
        var name = Path.GetFileName(upload.FileName ?? "");
        if (!name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            blobs.Delete(key);
            throw ApiErrors.Unprocessable($"{(name.Length == 0 ? "The file" : name)} is not a zip");
        }
        var payload = new BuildpackUploadPayload(buildpack.Guid, key, name, bits.Sha256);
        return jobs.Accepted(await jobs.EnqueueAsync("buildpack.upload", payload, ("buildpack", buildpack.Guid), call.Cancelled), BuildpackResponse.From(buildpack, links));
    }
}

/// <summary>The job behind an upload.</summary>
internal sealed class BuildpackUploadJob(CloudControllerDbContext db, BuildpackBits bits, IBlobstore blobs) : IJobHandler
{
    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var payload = job.ReadPayload<BuildpackUploadPayload>();
        try
        {
            if (await db.Buildpacks.SingleOrDefaultAsync(b => b.Guid == payload.Guid, cancellationToken) is not { } buildpack) throw ApiErrors.ResourceNotFound("Buildpack");
            if (!bits.Adopt(buildpack, payload.UploadKey, payload.FileName, payload.Sha256) && buildpack.Sha256 != payload.Sha256)
                (buildpack.Sha256, buildpack.Filename, buildpack.State) = (payload.Sha256, payload.FileName, "READY"); // A crash came between the move and the row.
            buildpack.Source = null;
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (ApiException)
        {
            blobs.Delete(payload.UploadKey);
            throw;
        }
    }
}

/// <summary>The job behind DELETE /v3/buildpacks/GUID.</summary>
internal sealed class BuildpackDeletion(CloudControllerDbContext db, BuildpackBits bits, BuildpackPositions positions) : IJobHandler
{
    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        if (await db.Buildpacks.SingleOrDefaultAsync(b => b.Guid == guid, cancellationToken) is not { } buildpack) return;
        if (buildpack.Sha256 is not null) bits.Delete(guid, buildpack.Sha256);
        db.Buildpacks.Remove(buildpack);
        await positions.CloseGapAsync(guid, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
    }
}
