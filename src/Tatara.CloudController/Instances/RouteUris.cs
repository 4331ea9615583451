using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Routes;

namespace Tatara.CloudController.Instances;

/// <summary>The names under which the processes of an app are reached.</summary>
/// <param name="External">Process type to uris: host names, with paths, that routers send to it.</param>
/// <param name="Internal">Process type to names of internal domains, which lead other apps straight to its containers.</param>
internal sealed record RouteUris(ILookup<string, string> External, ILookup<string, string> Internal)
{
    public static async Task<RouteUris> ReadAsync(CloudControllerDbContext db, string appGuid, CancellationToken cancellationToken)
    {
        var rows = await (
            from destination in db.RouteDestinations.AsNoTracking()
            where destination.AppGuid == appGuid
            join route in db.Routes on destination.RouteGuid equals route.Guid
            join domain in db.Domains on route.DomainGuid equals domain.Guid
            orderby route.Id
            select new { destination.ProcessType, Route = route, domain.Name, domain.Internal }).ToListAsync(cancellationToken);
        var uris = rows.Select(r => (r.ProcessType, Uri: AppUris.Of(r.Route, r.Name), r.Internal)).Distinct().ToLookup(r => r.Internal);
        return new RouteUris(ByType(uris[false]), ByType(uris[true]));

        static ILookup<string, string> ByType(IEnumerable<(string Type, string Uri, bool Internal)> uris) =>
            uris.ToLookup(u => u.Type, u => u.Uri, StringComparer.Ordinal);
    }
}
