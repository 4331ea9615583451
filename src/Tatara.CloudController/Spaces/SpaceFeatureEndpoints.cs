using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Spaces;

/// <summary>The switches of a space; ssh is the only one.</summary>
internal sealed class SpaceFeatureEndpoints(CloudControllerDbContext db, Access access)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var space = await FindAsync(call, AccessLevel.Read);
        return Answer.Ok(new { Features = new[] { Present(space) } });
    }

    public async Task<IResult> GetAsync(ApiCall call) => Answer.Ok(Present(await FindAsync(call, AccessLevel.Read)));

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var enabled = body.Boolean("enabled");
        if (enabled is null && body.Errors.Count == 0) body.Fail("enabled", "must be a boolean");
        body.ThrowIfInvalid();
        var space = await FindAsync(call, AccessLevel.Write);
        space.AllowSsh = enabled!.Value;
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.Ok(Present(space));
    }

    private async Task<Space> FindAsync(ApiCall call, AccessLevel wanted)
    {
        Access.Require(await access.ToSpaceAsync(call.Guid, call.Cancelled), wanted, "Space");
        if (call.Http.Request.RouteValues.ContainsKey("name") && call.Path("name") != "ssh") throw ApiErrors.ResourceNotFound("Feature");
        return await db.Spaces.SingleOrDefaultAsync(s => s.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Space");
    }

    private static object Present(Space space) => new { Name = "ssh", Description = "Enable SSHing into apps in the space.", Enabled = space.AllowSsh };
}
