using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Domains;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Quotas;
using Tatara.CloudController.RouterGroups;
using Tatara.Database;

namespace Tatara.CloudController.Routes;

/// <summary>Makes and presents routes; shared by the API and manifests.</summary>
internal sealed class RouteStore(
    CloudControllerDbContext db, CloudControllerOptions options, DomainStore domains, RoutePorts ports, QuotaGuard quotas, EventRecorder events, Links links)
{
    public Links Links => links;

    /// <summary>Creates a route and saves it, or says why not.</summary>
    public async Task<Route> CreateAsync(RouteName name, Domain domain, Space space, Action<Route> configure, object? request, CancellationToken cancellationToken)
    {
        if (!await domains.UsableBy(space.OrganizationGuid).AnyAsync(d => d.Guid == domain.Guid, cancellationToken))
        {
            var organization = await db.Organizations.SingleAsync(o => o.Guid == space.OrganizationGuid, cancellationToken);
            throw ApiErrors.Unprocessable($"Invalid domain. Domain '{domain.Name}' is not available in organization '{organization.Name}'.");
        }
        var group = ports.GroupOf(domain);
        if (name.ProblemIn(domain, options.Domain) is { } problem) throw ApiErrors.Unprocessable(problem);
        var whole = $"{name.Host}.{domain.Name}";
        if (await db.Domains.AnyAsync(d => d.Name == whole, cancellationToken)) throw ApiErrors.Unprocessable($"Route conflicts with domain '{whole}'.");

        // Exclusive: two requests must not both take the last route of a quota, nor the same host in two spaces.
        await using var transaction = db.Database.CurrentTransaction is null
            ? await db.BeginExclusiveAsync(cancellationToken)
            : null;
        if (group is null) await RequireFreeAsync(name, domain, space, cancellationToken);
        var port = group is null ? 0 : await ports.ChooseAsync(group, domain, name.Port, () => name.TakenIn(domain), cancellationToken);
        await quotas.CheckNewRouteAsync(space, reservesPort: group is not null, cancellationToken);
        var route = new Route { Host = name.Host, Path = name.Path, Port = port, RouterGroupGuid = group?.Id, DomainGuid = domain.Guid, SpaceGuid = space.Guid };
        configure(route);
        db.Routes.Add(route);
        events.Record("audit.route.create", Subject(route, domain), space.Guid, space.OrganizationGuid, request);
        await db.SaveUniqueAsync(() => ApiErrors.Unprocessable(name.TakenIn(domain)), cancellationToken);
        if (transaction is not null) await transaction.CommitAsync(cancellationToken);
        return route;
    }

    public static EventSubject Subject(Route route, Domain domain) => new(route.Guid, "route", AppUris.Of(route, domain.Name));

    public async Task<IReadOnlyList<object>> PresentAsync(IReadOnlyList<Route> routes, CancellationToken cancellationToken)
    {
        var guids = routes.Select(r => r.Guid).ToList();
        var domainGuids = routes.Select(r => r.DomainGuid).Distinct().ToList();
        var names = await db.Domains.AsNoTracking().Where(d => domainGuids.Contains(d.Guid)).ToDictionaryAsync(d => d.Guid, d => d.Name, cancellationToken);
        var destinations = (await db.RouteDestinations.AsNoTracking().Where(d => guids.Contains(d.RouteGuid)).OrderBy(d => d.Id).ToListAsync(cancellationToken))
            .ToLookup(d => d.RouteGuid);
        return [.. routes.Select(r => RouteResponse.From(r, names[r.DomainGuid], destinations[r.Guid], links))];
    }

    public async Task<object> PresentAsync(Route route, CancellationToken cancellationToken) => (await PresentAsync([route], cancellationToken))[0];

    /// <summary>A host belongs to one space: further paths below it may only be made there.</summary>
    private async Task RequireFreeAsync(RouteName name, Domain domain, Space space, CancellationToken cancellationToken)
    {
        var sameHost = await db.Routes.AsNoTracking().Where(r => r.DomainGuid == domain.Guid && r.Host == name.Host).ToListAsync(cancellationToken);
        if (sameHost.Any(r => r.Path == name.Path)) throw ApiErrors.Unprocessable(name.TakenIn(domain));
        if (domain.OrganizationGuid is null && sameHost.Any(r => r.SpaceGuid != space.Guid))
            throw ApiErrors.Unprocessable($"Route already exists with host '{name.Host}' for domain '{domain.Name}' in another space.");
    }
}
