using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Apps;

/// <summary>relationships/current_droplet: which droplet the app runs at its next start.</summary>
internal sealed class CurrentDropletEndpoints(CloudControllerDbContext db, Access access, Links links, DropletAssignment assignment)
{
    public async Task<IResult> GetAsync(ApiCall call)
    {
        var (app, _) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        if (app.CurrentDropletGuid is null) throw ApiErrors.ResourceNotFound("Droplet");
        return Answer.Ok(Present(app));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var data = body.Object("data");
        if (body.Has("data") && data is null && body.Errors.Count == 0)
            throw ApiErrors.Unprocessable("Current droplet cannot be removed. Replace it with a preferred droplet.");
        var guid = data?.String("guid", required: true, maxLength: 200);
        if (data is null) body.Fail("data", "can't be blank");
        body.ThrowIfInvalid();
        var (app, space) = await access.AppOrFailAsync(call.Guid, AccessLevel.Write, call.Cancelled);
        var droplet = await db.Droplets.SingleOrDefaultAsync(d => d.Guid == guid && d.AppGuid == app.Guid && d.State == DropletStates.Staged, call.Cancelled)
            ?? throw ApiErrors.Unprocessable("Unable to assign current droplet. Ensure the droplet exists and belongs to this app.");
        await assignment.AssignAsync(app, space, droplet, call.Cancelled);
        return Answer.Ok(Present(app));
    }

    private RelationshipResponse Present(App app) => new(
        new GuidReference(app.CurrentDropletGuid!),
        new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/apps/{app.Guid}/relationships/current_droplet"),
            ["related"] = links.To($"/v3/apps/{app.Guid}/droplets/current"),
        });
}
