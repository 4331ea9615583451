using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Instances;

/// <summary>The host names, with paths, that lead to the processes of an app.</summary>
internal static class RouteUris
{
    /// <summary>Process type to uris. Routes of internal domains are not the router's.</summary>
    public static async Task<ILookup<string, string>> ReadAsync(CloudControllerDbContext db, string appGuid, CancellationToken cancellationToken)
    {
        var routes = await (
            from destination in db.RouteDestinations
            where destination.AppGuid == appGuid
            join route in db.Routes on destination.RouteGuid equals route.Guid
            join domain in db.Domains on route.DomainGuid equals domain.Guid
            where !domain.Internal
            orderby route.Id
            select new { destination.ProcessType, route.Host, Domain = domain.Name, route.Path }).ToListAsync(cancellationToken);
        return routes.Distinct().ToLookup(r => r.ProcessType, r => Uri(r.Host, r.Domain, r.Path), StringComparer.Ordinal);
    }

    private static string Uri(string host, string domain, string path) => host.Length == 0 ? domain + path : $"{host}.{domain}{path}";
}
