using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tatara.CloudController.Api;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Packages;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Droplets;

/// <summary>Droplets that were staged elsewhere: POST /v3/droplets and …/upload (cf push --droplet).</summary>
internal sealed class DropletUploadEndpoints(
    CloudControllerDbContext db, Access access, Links links, EventRecorder events, JobQueue jobs, IBlobstore blobs)
{
    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var appGuid = body.Object("relationships", required: true)?.ToOne("app");
        var types = ReadProcessTypes(body);
        body.ThrowIfInvalid();
        var (app, space) = await AppForDropletAsync(appGuid!, call.Cancelled);
        var droplet = new Droplet { AppGuid = app.Guid, ProcessTypes = types, Stack = app.Stack };
        db.Droplets.Add(droplet);
        events.Record("audit.app.droplet.create", app, space, new { droplet_guid = droplet.Guid });
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.Created(DropletResponse.Of(droplet, links, showSecrets: true));
    }

    public async Task<IResult> UploadAsync(ApiCall call)
    {
        var (droplet, app, space) = await DropletAccess.FindAsync(db, access, call.Guid, AccessLevel.Write, call.Cancelled);
        if (droplet.State != DropletStates.AwaitingUpload)
            throw ApiErrors.Unprocessable("Droplet may be uploaded only once. Create a new droplet to upload bits.");
        call.AllowBody(StagedDroplets.MaxDropletBytes + MultipartUpload.OverheadBytes);
        var key = BlobKeys.Upload(Entity.NewGuid());
        var upload = await MultipartUpload.ReadAsync(call.Http.Request, blobs, key, StagedDroplets.MaxDropletBytes, call.Cancelled);
        try
        {
            if (Problem(upload) is { } problem) throw ApiErrors.Unprocessable("Uploaded droplet file is invalid: " + problem);
            droplet.State = DropletStates.ProcessingUpload;
            events.Record("audit.app.droplet.upload", app, space, new { droplet_guid = droplet.Guid });
            var job = await jobs.EnqueueAsync(
                DropletUploadJob.Operation, new DropletUpload(droplet.Guid, key, upload.Bits!.Sha1, upload.Bits.Sha256, upload.Bits.Size),
                ("droplet", droplet.Guid), call.Cancelled);
            return jobs.Accepted(job, DropletResponse.Of(droplet, links, showSecrets: true));
        }
        catch
        {
            await blobs.DeleteIfPossibleAsync(key);
            throw;
        }
    }

    private static string? Problem(MultipartUpload upload) => upload switch
    {
        { Bits: null } => "A droplet tgz file must be uploaded as 'bits'",
        { Bits.Size: 0 } => $"{upload.FileName} cannot be empty",
        { FileName: { } name } when name.EndsWith(".tgz", StringComparison.Ordinal) || name.EndsWith(".tar.gz", StringComparison.Ordinal) => null,
        _ => $"{upload.FileName} is not a tgz",
    };

    private static Dictionary<string, string?> ReadProcessTypes(Body body)
    {
        if (!body.Has("process_types")) return new() { ["web"] = "" };
        var types = body.Map("process_types", required: true) ?? new Dictionary<string, JsonElement>();
        if (types.Keys.Any(k => k.Length == 0)) body.Fail("Process types key must not be empty");
        if (types.Values.Any(v => v.ValueKind != JsonValueKind.String)) body.Fail("Process types value must be a string");
        return types.ToDictionary(t => t.Key, t => t.Value.ValueKind == JsonValueKind.String ? t.Value.GetString() : null);
    }

    private async Task<(App App, Space Space)> AppForDropletAsync(string guid, CancellationToken cancellationToken)
    {
        try
        {
            return await access.AppOrFailAsync(guid, AccessLevel.Write, cancellationToken);
        }
        catch (ApiException e) when (e.Errors[0].Status == StatusCodes.Status404NotFound)
        {
            throw ApiErrors.Unprocessable($"App with guid \"{guid}\" does not exist, or you do not have access to it.");
        }
    }
}
