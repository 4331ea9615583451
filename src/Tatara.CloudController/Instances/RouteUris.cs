using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Routes;

namespace Tatara.CloudController.Instances;

/// <summary>The host names, with paths, that routers send to the processes of an app.</summary>
internal static class RouteUris
{
    /// <summary>Process type to uris. Routes of internal domains are not the router's.</summary>
    public static async Task<ILookup<string, string>> ReadAsync(CloudControllerDbContext db, string appGuid, CancellationToken cancellationToken)
    {
        var rows = await (
            from destination in db.RouteDestinations.AsNoTracking()
            where destination.AppGuid == appGuid
            join route in db.Routes on destination.RouteGuid equals route.Guid
            join domain in db.Domains on route.DomainGuid equals domain.Guid
            where !domain.Internal
            orderby route.Id
            select new { destination.ProcessType, Route = route, domain.Name }).ToListAsync(cancellationToken);
        return rows.Select(r => (r.ProcessType, Uri: AppUris.Of(r.Route, r.Name))).Distinct().ToLookup(r => r.ProcessType, r => r.Uri, StringComparer.Ordinal);
    }
}
