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
internal sealed class BuildpackUploadEndpoints(CloudControllerDbContext db, Access access, IBlobstore blobs, BuildpackBits buildpacks, JobQueue jobs, Links links)
{
    public async Task<IResult> UploadAsync(ApiCall call)
    {
        var buildpack = await db.Buildpacks.SingleOrDefaultAsync(b => b.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Buildpack");
        access.RequireAdmin();
        if (buildpack.Locked) throw ApiErrors.Unprocessable("Buildpack is locked");
        call.AllowBody(BuildpackBits.MaxBytes + MultipartUpload.OverheadBytes);

        var key = BlobKeys.Upload(Entity.NewGuid());
        var upload = await MultipartUpload.ReadAsync(call.Http.Request, blobs, key, BuildpackBits.MaxBytes, call.Cancelled);
        var name = Path.GetFileName(upload.FileName ?? "");
        if (upload.Bits is not { } bits || name.Length == 0) throw await InvalidAsync(key, "A buildpack zip file must be uploaded as 'bits'");
        if (bits.Size == 0) throw await InvalidAsync(key, $"{name} cannot be empty");
        if (!await buildpacks.IsZipAsync(key, call.Cancelled)) throw await InvalidAsync(key, $"{name} is not a zip file. Buildpacks of lifecycle \"buildpack\" must be valid zip files.");
        var payload = new BuildpackUploadPayload(buildpack.Guid, key, name, bits.Sha256);
        return jobs.Accepted(await jobs.EnqueueAsync("buildpack.upload", payload, ("buildpack", buildpack.Guid), call.Cancelled), BuildpackResponse.From(buildpack, links));
    }

    private async Task<ApiException> InvalidAsync(string key, string why)
    {
        await blobs.DeleteIfPossibleAsync(key);
        return ApiErrors.Unprocessable("Uploaded buildpack file is invalid: " + why);
    }
}

/// <summary>The job behind an upload.</summary>
internal sealed class BuildpackUploadJob(CloudControllerDbContext db, BuildpackBits bits, IBlobstore blobs, CloudControllerOptions options) : IJobHandler
{
    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var payload = job.ReadPayload<BuildpackUploadPayload>();
        try
        {
            if (await db.Buildpacks.SingleOrDefaultAsync(b => b.Guid == payload.Guid, cancellationToken) is not { } buildpack) throw ApiErrors.ResourceNotFound("Buildpack");
            await AssociateAsync(buildpack, await bits.StackOfAsync(payload.UploadKey, cancellationToken), cancellationToken);
            if (!await bits.AdoptAsync(buildpack, payload.UploadKey, payload.FileName, payload.Sha256, cancellationToken) && buildpack.Sha256 != payload.Sha256)
                (buildpack.Sha256, buildpack.Filename, buildpack.State) = (payload.Sha256, payload.FileName, "READY"); // A crash came between the move and the row.
            buildpack.Source = null;
            await db.SaveUniqueAsync(() => Taken(buildpack), cancellationToken);
        }
        catch (ApiException)
        {
            await blobs.DeleteIfPossibleAsync(payload.UploadKey);
            throw;
        }
    }

    /// <summary>The stack that the buildpack itself names, if any, becomes its own, once and for all.</summary>
    private async Task AssociateAsync(Buildpack buildpack, string? named, CancellationToken cancellationToken)
    {
        if (named is null) return;
        var stack = options.StackAliases.GetValueOrDefault(named, named);
        if (buildpack.Stack == stack) return;
        if (buildpack.Stack is not null)
            throw ApiErrors.Make(422, 390011, "BuildpackStacksDontMatch", $"Uploaded buildpack stack ({named}) does not match {buildpack.Stack}");
        if (!await db.Stacks.AnyAsync(s => s.Name == stack, cancellationToken))
            throw ApiErrors.Make(422, 390012, "BuildpackStackDoesNotExist", $"Uploaded buildpack stack ({named}) does not exist");
        if (await db.Buildpacks.AnyAsync(b => b.Name == buildpack.Name && b.Stack == stack, cancellationToken)) throw Taken(buildpack, stack);
        buildpack.Stack = stack;
    }

    private static ApiException Taken(Buildpack buildpack, string? stack = null) => ApiErrors.Make(
        422, 290000, "BuildpackNameStackLifecycleTaken",
        $"The buildpack name {buildpack.Name} is already in use for the stack {stack ?? buildpack.Stack} and the lifecycle buildpack");
}

/// <summary>The job behind DELETE /v3/buildpacks/GUID.</summary>
internal sealed class BuildpackDeletion(CloudControllerDbContext db, BuildpackBits bits, BuildpackPositions positions) : IJobHandler
{
    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        if (await db.Buildpacks.SingleOrDefaultAsync(b => b.Guid == guid, cancellationToken) is not { } buildpack) return;
        if (buildpack.Sha256 is not null) await bits.DeleteAsync(guid, buildpack.Sha256, cancellationToken);
        db.Buildpacks.Remove(buildpack);
        await positions.CloseGapAsync(guid, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
    }
}
