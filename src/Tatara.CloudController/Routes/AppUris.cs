using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Routes;

/// <summary>The names under which an app answers, as routers and VCAP_APPLICATION have them.</summary>
internal static class AppUris
{
    public static string Of(Route route, string domain) => (route.Host.Length == 0 ? domain : $"{route.Host}.{domain}") + route.Path;

    public static async Task<IReadOnlyList<string>> UrisOfAsync(this CloudControllerDbContext db, string appGuid, string processType, CancellationToken cancellationToken)
    {
        var rows = await (
            from destination in db.RouteDestinations
            where destination.AppGuid == appGuid && destination.ProcessType == processType
            join route in db.Routes on destination.RouteGuid equals route.Guid
            join domain in db.Domains on route.DomainGuid equals domain.Guid
            orderby route.Id
            select new { Route = route, domain.Name }).AsNoTracking().ToListAsync(cancellationToken);
        return [.. rows.Select(r => Of(r.Route, r.Name)).Distinct()];
    }
}
