using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Routes;

/// <summary>/v3/routes/GUID/destinations: which apps a route leads to.</summary>
internal sealed class DestinationEndpoints(CloudControllerDbContext db, Access access, RouteMapper mapper, Links links)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var (route, _) = await FindAsync(call, AccessLevel.Read);
        return Answer.Ok(await PresentAsync(route, call));
    }

    public Task<IResult> AddAsync(ApiCall call) => ChangeAsync(call, replace: false);

    public Task<IResult> ReplaceAsync(ApiCall call) => ChangeAsync(call, replace: true);

    public async Task<IResult> RemoveAsync(ApiCall call)
    {
        var (route, space) = await FindAsync(call, AccessLevel.Write);
        var guid = call.Path("destination");
        var destination = await db.RouteDestinations.SingleOrDefaultAsync(d => d.Guid == guid && d.RouteGuid == route.Guid, call.Cancelled)
            ?? throw ApiErrors.Unprocessable("Unable to unmap route from destination. Ensure the route has a destination with this guid.");
        await mapper.RemoveAsync(route, space, destination, call.Cancelled);
        return Answer.NoContent();
    }

    private async Task<IResult> ChangeAsync(ApiCall call, bool replace)
    {
        var body = await call.ReadBodyAsync();
        var wanted = DestinationRequest.Read(body, replace);
        body.ThrowIfInvalid();
        var (route, space) = await FindAsync(call, AccessLevel.Write);
        if (replace) await mapper.ReplaceAsync(route, space, wanted, call.Cancelled);
        else await mapper.AddAsync(route, space, wanted, call.Cancelled);
        return Answer.Ok(await PresentAsync(route, call));
    }

    private async Task<object> PresentAsync(Route route, ApiCall call)
    {
        var query = call.Http.Request.Query;
        var guids = query["guids"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);
        var apps = query["app_guids"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);
        var rows = await mapper.ExistingAsync(route, call.Cancelled);
        return new
        {
            Destinations = rows
                .Where(d => (guids.Length == 0 || guids.Contains(d.Guid)) && (apps.Length == 0 || apps.Contains(d.AppGuid)))
                .Select(DestinationResponse.From),
            Links = new { Self = links.To($"/v3/routes/{route.Guid}/destinations"), Route = links.To($"/v3/routes/{route.Guid}") },
        };
    }

    private async Task<(Route Route, Space Space)> FindAsync(ApiCall call, AccessLevel wanted)
    {
        var route = await db.Routes.SingleOrDefaultAsync(r => r.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Route");
        var space = await db.Spaces.SingleAsync(s => s.Guid == route.SpaceGuid, call.Cancelled);
        await access.RequireContentsAsync(space, wanted, "Route", call.Cancelled);
        return (route, space);
    }
}
