using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Packages;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Droplets;

/// <summary>Lists of droplets: all, an app's, a package's.</summary>
internal sealed class DropletListEndpoints(CloudControllerDbContext db, Access access, Pager pager, Links links)
{
    private static readonly string[] s_filters = ["states", "app_guids", "space_guids", "organization_guids", "current", "label_selector"];

    public Task<IResult> ListAsync(ApiCall call)
    {
        var apps = access.VisibleApps();
        return ListAsync(call, db.Droplets.Where(d => apps.Any(a => a.Guid == d.AppGuid)));
    }

    public async Task<IResult> ListOfAppAsync(ApiCall call)
    {
        await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        var app = call.Guid;
        return await ListAsync(call, db.Droplets.Where(d => d.AppGuid == app));
    }

    public async Task<IResult> ListOfPackageAsync(ApiCall call)
    {
        await PackageAccess.FindAsync(db, access, call.Guid, AccessLevel.Read, call.Cancelled);
        var package = call.Guid;
        return await ListAsync(call, db.Droplets.Where(d => d.PackageGuid == package));
    }

    private async Task<IResult> ListAsync(ApiCall call, IQueryable<Droplet> rows)
    {
        var query = call.ReadListQuery(s_filters);
        if (query.Values("states") is { } states) rows = rows.Where(d => states.Contains(d.State));
        if (query.Values("app_guids") is { } apps) rows = rows.Where(d => apps.Contains(d.AppGuid));
        if (query.Values("space_guids") is { } spaces) rows = rows.Where(d => db.Apps.Any(a => a.Guid == d.AppGuid && spaces.Contains(a.SpaceGuid)));
        if (query.Values("organization_guids") is { } organizations)
            rows = rows.Where(d => db.Apps.Any(a => a.Guid == d.AppGuid && db.Spaces.Any(s => s.Guid == a.SpaceGuid && organizations.Contains(s.OrganizationGuid))));
        if (query.Values("current") is ["true"]) rows = rows.Where(d => db.Apps.Any(a => a.CurrentDropletGuid == d.Guid));
        // A list can reach over many spaces: commands are shown one droplet at a time only, to those who may see them.
        return Answer.Ok(await pager.ListAsync(rows.AsNoTracking(), query, d => DropletResponse.Of(d, links, showSecrets: false), call.Cancelled));
    }
}
