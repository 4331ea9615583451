using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.FeatureFlags;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Packages;

/// <summary>POST /v3/packages/GUID/upload.</summary>
internal sealed class PackageUploadEndpoints(
    CloudControllerDbContext db, Access access, Links links, IBlobstore blobs, PackageLimits limits, PackageIntake intake, FeatureFlagStore flags)
{
    /// <summary>1. is it allowed, 2. take the bits, 3. read the list of resources, 4. let a job make the package.</summary>
    public async Task<IResult> UploadAsync(ApiCall call)
    {
        await flags.RequireBitsUploadAsync(call);
        var (package, app, space) = await PackageAccess.FindAsync(db, access, call.Guid, AccessLevel.Write, call.Cancelled); // 1.
        if (package.State != PackageStates.AwaitingUpload) throw PackageIntake.AlreadyUploaded();
        call.AllowBody(limits.MaxUploadBytes + MultipartUpload.OverheadBytes);
        var key = BlobKeys.Upload(Entity.NewGuid());
        var upload = await MultipartUpload.ReadAsync(call.Http.Request, blobs, key, limits.MaxUploadBytes, call.Cancelled); // 2.
        try
        {
            var resources = ReadResources(upload.Resources); // 3.
            if (upload.Bits is null && resources.Count == 0) throw ApiErrors.Unprocessable("Upload must include either resources or bits");
            await intake.TakeAsync(package, app, space, new PackageUpload(package.Guid, upload.Bits, resources), call.Cancelled); // 4.
        }
        catch
        {
            if (upload.Bits is not null) await blobs.DeleteIfPossibleAsync(key);
            throw;
        }
        return Answer.Ok(PackageResponse.Of(await db.Packages.AsNoTracking().SingleAsync(p => p.Guid == call.Guid, call.Cancelled), links));
    }

    private static List<ResourceFingerprint> ReadResources(string? json)
    {
        if (string.IsNullOrWhiteSpace(json)) return [];
        try
        {
            using var document = JsonDocument.Parse(json);
            var resources = new List<ResourceFingerprint>();
            foreach (var item in document.RootElement.EnumerateArray())
                resources.Add(ResourceFingerprint.Read(item, out var problem) ?? throw ApiErrors.Unprocessable(problem!));
            return resources;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ApiErrors.Unprocessable("Resources must be valid JSON.");
        }
    }
}
