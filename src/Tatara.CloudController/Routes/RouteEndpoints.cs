using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Domains;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.FeatureFlags;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Routes;

internal sealed class RouteEndpoints(
    CloudControllerDbContext db, Access access, Pager pager, RouteStore store, RouteMapper mapper, DomainStore domains, EventRecorder events, JobQueue jobs, FeatureFlagStore flags)
{
    public Task<IResult> ListAsync(ApiCall call) => ListAsync(call, access.VisibleRoutes());

    public async Task<IResult> ListOfAppAsync(ApiCall call)
    {
        var (app, _) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        return await ListAsync(call, db.Routes.Where(r => db.RouteDestinations.Any(d => d.RouteGuid == r.Guid && d.AppGuid == app.Guid)));
    }

    public async Task<IResult> GetAsync(ApiCall call)
    {
        call.AllowQuery("include");
        var (route, _) = await FindAsync(call, AccessLevel.Read);
        return Answer.Ok(await store.PresentAsync(route, call.Cancelled));
    }

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = RouteName.Of(body.String("host"), body.String("path"), (int?)body.Integer("port", min: 0, max: 65535));
        foreach (var problem in name.Problems()) body.Fail(problem);
        var options = RouteOptionsPatch.Read(body);
        var relationships = body.Object("relationships", required: true);
        var (spaceGuid, domainGuid) = (relationships?.ToOne("space"), relationships?.ToOne("domain"));
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        if (await access.ToSpaceContentsAsync(spaceGuid!, call.Cancelled) == AccessLevel.None
            || await db.Spaces.SingleOrDefaultAsync(s => s.Guid == spaceGuid, call.Cancelled) is not { } space)
            throw ApiErrors.Unprocessable("Invalid space. Ensure that the space exists and you have access to it.");
        var domain = await domains.Visible().SingleOrDefaultAsync(d => d.Guid == domainGuid, call.Cancelled)
            ?? throw ApiErrors.Unprocessable("Invalid domain. Ensure that the domain exists and you have access to it.");
        await access.RequireContentsAsync(space, AccessLevel.Write, "Space", call.Cancelled);
        if (!access.IsAdmin && !await flags.IsEnabledAsync("route_creation", call.Cancelled)) throw ApiErrors.FeatureDisabled("route_creation");
        if (name.Host == "*" && domain.OrganizationGuid is null) access.RequireAdmin();

        var route = await store.CreateAsync(name, domain, space, Configure, new { Request = body.Raw }, call.Cancelled);
        return Answer.Created(await store.PresentAsync(route, call.Cancelled));

        void Configure(Route made)
        {
            metadata.ApplyTo(made);
            options.ApplyTo(made);
        }
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var metadata = MetadataPatch.Read(body);
        var options = RouteOptionsPatch.Read(body);
        body.ThrowIfInvalid();
        var (route, space) = await FindAsync(call, AccessLevel.Write);
        metadata.ApplyTo(route);
        var isServedOtherwise = options.ApplyTo(route);
        var domain = await db.Domains.SingleAsync(d => d.Guid == route.DomainGuid, call.Cancelled);
        events.Record("audit.route.update", RouteStore.Subject(route, domain), space.Guid, space.OrganizationGuid, new { Request = body.Raw });
        await db.SaveChangesAsync(call.Cancelled);
        if (isServedOtherwise) await mapper.TellAsync(route, call.Cancelled);
        return Answer.Ok(await store.PresentAsync(route, call.Cancelled));
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var (route, space) = await FindAsync(call, AccessLevel.Write);
        var domain = await db.Domains.SingleAsync(d => d.Guid == route.DomainGuid, call.Cancelled);
        events.Record("audit.route.delete-request", RouteStore.Subject(route, domain), space.Guid, space.OrganizationGuid);
        return jobs.Accepted(await jobs.EnqueueAsync("route.delete", route.Guid, ("route", route.Guid), call.Cancelled));
    }

    /// <summary>Routes of a space that lead nowhere.</summary>
    public async Task<IResult> DeleteUnmappedAsync(ApiCall call)
    {
        if (call.Http.Request.Query["unmapped"] != "true")
            throw ApiErrors.Unprocessable("Mass delete not supported for routes. Use 'unmapped=true' parameter to delete all unmapped routes.");
        var space = await db.Spaces.SingleOrDefaultAsync(s => s.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Space");
        await access.RequireContentsAsync(space, AccessLevel.Write, "Space", call.Cancelled);
        return jobs.Accepted(await jobs.EnqueueAsync("space.delete_unmapped_routes", space.Guid, ("space", space.Guid), call.Cancelled));
    }

    /// <summary>Whether a host and path, or a port, are taken already, without saying by whom.</summary>
    public async Task<IResult> GetReservationAsync(ApiCall call)
    {
        call.AllowQuery("host", "path", "port");
        var domain = await domains.Visible().SingleOrDefaultAsync(d => d.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Domain");
        var name = RouteName.Of(call.Http.Request.Query["host"], call.Http.Request.Query["path"]);
        var port = int.TryParse(call.Http.Request.Query["port"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0;
        var taken = await db.Routes.AnyAsync(r => r.DomainGuid == domain.Guid && r.Host == name.Host && r.Path == name.Path && r.Port == port, call.Cancelled);
        return Answer.Ok(new { MatchingRoute = taken });
    }

    private async Task<IResult> ListAsync(ApiCall call, IQueryable<Route> rows)
    {
        var query = call.ReadListQuery(
            "hosts", "paths", "ports", "domain_guids", "app_guids", "space_guids", "organization_guids", "service_instance_guids", "label_selector", "include");
        query.AllowIncludes("domain", "space", "space.organization");
        if (query.Values("hosts") is { } hosts)
        {
            var lower = hosts.Select(h => h.ToLowerInvariant()).ToList();
            rows = rows.Where(r => lower.Contains(r.Host));
        }
        if (query.Values("paths") is { } paths) rows = rows.Where(r => paths.Contains(r.Path));
        if (query.Values("ports") is { } ports)
        {
            var numbers = ports.Select(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToList();
            rows = rows.Where(r => numbers.Contains(r.Port));
        }
        if (query.Values("domain_guids") is { } domainGuids) rows = rows.Where(r => domainGuids.Contains(r.DomainGuid));
        if (query.Values("space_guids") is { } spaces) rows = rows.Where(r => spaces.Contains(r.SpaceGuid));
        if (query.Values("service_instance_guids") is { } services)
            rows = rows.Where(r => db.RouteBindings.Any(b => b.RouteGuid == r.Guid && services.Contains(b.ServiceInstanceGuid)));
        if (query.Values("app_guids") is { } apps) rows = rows.Where(r => db.RouteDestinations.Any(d => d.RouteGuid == r.Guid && apps.Contains(d.AppGuid)));
        if (query.Values("organization_guids") is { } organizations)
            rows = rows.Where(r => db.Spaces.Any(s => s.Guid == r.SpaceGuid && organizations.Contains(s.OrganizationGuid)));
        var page = await pager.ReadAsync(rows.AsNoTracking(), query, call.Cancelled);
        var included = await RouteIncludes.ReadAsync(query, page.Rows, db, domains, store.Links, call.Cancelled);
        return Answer.Ok(pager.Present(query, page.Total, await store.PresentAsync(page.Rows, call.Cancelled), included));
    }

    private async Task<(Route Route, Space Space)> FindAsync(ApiCall call, AccessLevel wanted)
    {
        var route = await db.Routes.SingleOrDefaultAsync(r => r.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Route");
        var space = await db.Spaces.SingleAsync(s => s.Guid == route.SpaceGuid, call.Cancelled);
        await access.RequireContentsAsync(space, wanted, "Route", call.Cancelled);
        return (route, space);
    }
}
