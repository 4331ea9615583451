using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Services;

/// <summary>/v3/service_route_bindings: which routes go through which route service.</summary>
internal sealed class RouteBindingEndpoints(CloudControllerDbContext db, Access access, Pager pager, BoundRoutes routes, Links links)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery("service_instance_guids", "service_instance_names", "route_guids", "label_selector", "include");
        query.AllowIncludes("route", "service_instance");
        var visible = access.VisibleSpaces();
        var rows = db.RouteBindings.Where(b => db.ServiceInstances.Any(i => i.Guid == b.ServiceInstanceGuid && visible.Contains(i.SpaceGuid)));
        if (query.Values("route_guids") is { } routeGuids) rows = rows.Where(b => routeGuids.Contains(b.RouteGuid));
        if (query.Values("service_instance_guids") is { } instances) rows = rows.Where(b => instances.Contains(b.ServiceInstanceGuid));
        if (query.Values("service_instance_names") is { } names) rows = rows.Where(b => db.ServiceInstances.Any(i => i.Guid == b.ServiceInstanceGuid && names.Contains(i.Name)));
        var page = await pager.ReadAsync(rows.AsNoTracking(), query, call.Cancelled);
        var guids = page.Rows.Select(b => b.ServiceInstanceGuid).Distinct().ToList();
        var byGuid = await db.ServiceInstances.AsNoTracking().Where(i => guids.Contains(i.Guid)).ToDictionaryAsync(i => i.Guid, call.Cancelled);
        var included = query.Includes("service_instance") ? new { ServiceInstances = byGuid.Values.Select(i => ServiceInstanceResponse.From(i, links)) } : null;
        return Answer.Ok(pager.Present(query, page.Total, page.Rows.Select(b => (object)RouteBindingResponse.From(b, byGuid[b.ServiceInstanceGuid], links)).ToList(), included));
    }

    public async Task<IResult> GetAsync(ApiCall call)
    {
        call.AllowQuery("include");
        var (binding, instance) = await FindAsync(call, AccessLevel.Read);
        return Answer.Ok(RouteBindingResponse.From(binding, instance, links));
    }

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var relationships = body.Object("relationships", required: true);
        var (instanceGuid, routeGuid) = (relationships?.ToOne("service_instance"), relationships?.ToOne("route"));
        if (body.Has("parameters")) body.Fail("Binding parameters are not supported for user-provided service instances");
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        var instance = await db.ServiceInstances.SingleOrDefaultAsync(i => i.Guid == instanceGuid, call.Cancelled);
        if (instance is null || await access.ToSpaceContentsAsync(instance.SpaceGuid, call.Cancelled) == AccessLevel.None)
            throw ApiErrors.Unprocessable($"The service instance could not be found: {instanceGuid}");
        var space = await db.Spaces.SingleAsync(s => s.Guid == instance.SpaceGuid, call.Cancelled);
        await access.RequireContentsAsync(space, AccessLevel.Write, "Service instance", call.Cancelled);
        var route = await db.Routes.SingleOrDefaultAsync(r => r.Guid == routeGuid, call.Cancelled);
        if (route is null || await access.ToSpaceContentsAsync(route.SpaceGuid, call.Cancelled) == AccessLevel.None)
            throw ApiErrors.Unprocessable($"The route could not be found: {routeGuid}");
        if (await ProblemAsync(instance, route, call.Cancelled) is { } problem) throw ApiErrors.Unprocessable(problem);

        var binding = new RouteBinding { RouteGuid = route.Guid, ServiceInstanceGuid = instance.Guid };
        metadata.ApplyTo(binding);
        db.RouteBindings.Add(binding);
        await db.SaveUniqueAsync(() => ApiErrors.Make(422, 130008, "ServiceInstanceAlreadyBoundToSameRoute", "The route and service instance are already bound."), call.Cancelled);
        await routes.TellAsync([route.Guid], call.Cancelled);
        return Answer.Created(RouteBindingResponse.From(binding, instance, links));
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var (binding, _) = await FindAsync(call, AccessLevel.Write);
        db.RouteBindings.Remove(binding);
        await db.SaveChangesAsync(call.Cancelled);
        await routes.TellAsync([binding.RouteGuid], call.Cancelled);
        return Answer.NoContent();
    }

    private async Task<string?> ProblemAsync(ServiceInstance instance, Route route, CancellationToken cancellationToken)
    {
        if (instance.RouteServiceUrl is null) return "This service instance does not support route binding";
        if (await db.Domains.AnyAsync(d => d.Guid == route.DomainGuid && d.Internal, cancellationToken)) return "Route services cannot be bound to internal routes";
        if (route.RouterGroupGuid is not null) return "Route services cannot be bound to TCP routes";
        if (route.SpaceGuid != instance.SpaceGuid) return "The service instance and the route are in different spaces";
        return await db.RouteBindings.AnyAsync(b => b.RouteGuid == route.Guid && b.ServiceInstanceGuid != instance.Guid, cancellationToken)
            ? "A route may only be bound to a single service instance"
            : null;
    }

    private async Task<(RouteBinding Binding, ServiceInstance Instance)> FindAsync(ApiCall call, AccessLevel wanted)
    {
        var binding = await db.RouteBindings.SingleOrDefaultAsync(b => b.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Service route binding");
        var instance = await db.ServiceInstances.SingleAsync(i => i.Guid == binding.ServiceInstanceGuid, call.Cancelled);
        var space = await db.Spaces.SingleAsync(s => s.Guid == instance.SpaceGuid, call.Cancelled);
        await access.RequireContentsAsync(space, wanted, "Service route binding", call.Cancelled);
        return (binding, instance);
    }
}
