using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Builds;

/// <summary>/v3/builds.</summary>
internal sealed class BuildEndpoints(CloudControllerDbContext db, Access access, Pager pager, Links links, BuildCreation creation)
{
    private static readonly string[] s_filters = ["states", "app_guids", "package_guids", "label_selector"];

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var request = await BuildRequest.ReadAsync(call);
        return Answer.Created(BuildResponse.Of(await creation.CreateAsync(request, call.Caller, call.Cancelled), links));
    }

    public Task<IResult> ListAsync(ApiCall call)
    {
        var apps = access.VisibleApps();
        return ListAsync(call, db.Builds.Where(b => apps.Any(a => a.Guid == b.AppGuid)));
    }

    public async Task<IResult> ListOfAppAsync(ApiCall call)
    {
        await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        var app = call.Guid;
        return await ListAsync(call, db.Builds.Where(b => b.AppGuid == app));
    }

    public async Task<IResult> GetAsync(ApiCall call) => Answer.Ok(BuildResponse.Of(await FindAsync(call, AccessLevel.Read), links));

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        var build = await FindAsync(call, AccessLevel.Write);
        metadata.ApplyTo(build);
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.Ok(BuildResponse.Of(build, links));
    }

    private async Task<IResult> ListAsync(ApiCall call, IQueryable<Build> rows)
    {
        var query = call.ReadListQuery(s_filters);
        if (query.Values("states") is { } states) rows = rows.Where(b => states.Contains(b.State));
        if (query.Values("app_guids") is { } apps) rows = rows.Where(b => apps.Contains(b.AppGuid));
        if (query.Values("package_guids") is { } packages) rows = rows.Where(b => packages.Contains(b.PackageGuid));
        return Answer.Ok(await pager.ListAsync(rows.AsNoTracking(), query, b => BuildResponse.Of(b, links), call.Cancelled));
    }

    private async Task<Build> FindAsync(ApiCall call, AccessLevel wanted)
    {
        var build = await db.Builds.SingleOrDefaultAsync(b => b.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Build");
        var app = await db.Apps.SingleAsync(a => a.Guid == build.AppGuid, call.Cancelled);
        var space = await db.Spaces.SingleAsync(s => s.Guid == app.SpaceGuid, call.Cancelled);
        await access.RequireContentsAsync(space, wanted, "Build", call.Cancelled);
        return build;
    }
}
