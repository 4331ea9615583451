using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Domains;
using Tatara.CloudController.Organizations;
using Tatara.CloudController.Spaces;

namespace Tatara.CloudController.Routes;

/// <summary>include=domain,space,space.organization of a list of routes.</summary>
internal static class RouteIncludes
{
    public static async Task<object?> ReadAsync(
        ListQuery query, IReadOnlyList<Route> routes, CloudControllerDbContext db, DomainStore domains, Links links, CancellationToken cancellationToken)
    {
        var included = new Dictionary<string, object>();
        if (query.Includes("domain"))
        {
            var guids = routes.Select(r => r.DomainGuid).Distinct().ToList();
            included["domains"] = await domains.PresentAsync(await db.Domains.AsNoTracking().Where(d => guids.Contains(d.Guid)).ToListAsync(cancellationToken), cancellationToken);
        }
        if (query.Includes("space") || query.Includes("space.organization"))
        {
            var guids = routes.Select(r => r.SpaceGuid).Distinct().ToList();
            var spaces = await db.Spaces.AsNoTracking().Where(s => guids.Contains(s.Guid)).ToListAsync(cancellationToken);
            included["spaces"] = spaces.Select(s => SpaceResponse.From(s, links));
            if (query.Includes("space.organization"))
            {
                var organizationGuids = spaces.Select(s => s.OrganizationGuid).Distinct().ToList();
                included["organizations"] = (await db.Organizations.AsNoTracking().Where(o => organizationGuids.Contains(o.Guid)).ToListAsync(cancellationToken))
                    .Select(o => OrganizationResponse.From(o, links));
            }
        }
        return included.Count == 0 ? null : included;
    }
}
