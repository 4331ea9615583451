using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Droplets;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Blobs;

/// <summary>Where DEAs fetch bits and bring them. The signature in the URL is the permission.</summary>
internal sealed class InternalBlobEndpoints(CloudControllerDbContext db, SignedUrls urls, IBlobstore blobs, StagedDroplets droplets)
{
    /// <summary>Header with the hash that a droplet must have.</summary>
    public const string Sha1Header = "X-Tatara-Sha1";

    private const string Zip = "application/zip", Gzip = "application/gzip";

    public Task<IResult> GetPackageAsync(ApiCall call) => Send(call, BlobKeys.Package(call.Guid), Zip);

    public Task<IResult> GetDropletAsync(ApiCall call) => Send(call, BlobKeys.Droplet(call.Guid), Gzip);

    public Task<IResult> GetBuildpackAsync(ApiCall call) => Send(call, BlobKeys.Buildpack(call.Path("key")), Zip);

    public Task<IResult> GetCacheAsync(ApiCall call) => Send(call, BlobKeys.BuildpackCache(call.Guid, call.Path("stack")), Gzip);

    public async Task<IResult> PostCacheAsync(ApiCall call)
    {
        Authorize(call);
        if (!await db.Apps.AnyAsync(a => a.Guid == call.Guid && !a.Deleting, call.Cancelled)) throw ApiErrors.ResourceNotFound("App");
        if (Sha1Of(call) is not { } sha1) throw NoSha1("cache");
        call.AllowBody(StagedDroplets.MaxCacheBytes);
        await blobs.PutAsync(
            BlobKeys.BuildpackCache(call.Guid, call.Path("stack")), call.Http.Request.Body, StagedDroplets.MaxCacheBytes, sha1, call.Cancelled);
        return Answer.Created(new { });
    }

    public async Task<IResult> PostDropletAsync(ApiCall call)
    {
        Authorize(call);
        if (Sha1Of(call) is not { } sha1) throw NoSha1("droplet");
        call.AllowBody(StagedDroplets.MaxDropletBytes);
        await droplets.SaveAsync(call.Guid, call.Http.Request.Body, sha1, call.Cancelled);
        return Answer.Created(new { });
    }

    private static string? Sha1Of(ApiCall call) => call.Http.Request.Headers[Sha1Header].ToString() is { Length: 40 } sha1 ? sha1 : null;

    private static ApiException NoSha1(string what) => ApiErrors.BadRequest($"the header {Sha1Header} must be the SHA-1 of the {what}");

    private async Task<IResult> Send(ApiCall call, string key, string contentType)
    {
        Authorize(call);
        var content = (BlobKey.IsValid(key) ? await blobs.OpenAsync(key, call.Cancelled) : null) ?? throw ApiErrors.ResourceNotFound("Blob");
        return new BlobAnswer(content, contentType);
    }

    private void Authorize(ApiCall call)
    {
        var request = call.Http.Request;
        if (!urls.IsValid(request.Method, request.Path, request.Query["expires"], request.Query["signature"])) throw ApiErrors.NotAuthorized();
    }
}
