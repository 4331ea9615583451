using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Routes;

/// <summary>The job behind DELETE /v3/routes/GUID.</summary>
internal sealed class RouteDeletion(CloudControllerDbContext db, RouteMapper mapper) : IJobHandler
{
    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        if (await db.Routes.SingleOrDefaultAsync(r => r.Guid == guid, cancellationToken) is { } route) await mapper.RemoveRouteAsync(route, cancellationToken);
    }
}

/// <summary>The job behind DELETE /v3/spaces/GUID/routes?unmapped=true.</summary>
internal sealed class UnmappedRouteDeletion(CloudControllerDbContext db) : IJobHandler
{
    public Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var space = job.ReadPayload<string>();
        return db.Routes.Where(r => r.SpaceGuid == space && !db.RouteDestinations.Any(d => d.RouteGuid == r.Guid)).ExecuteDeleteAsync(cancellationToken);
    }
}

internal static class RouteFeature
{
    public static void AddRoutes(this IServiceCollection services) => services
        .AddScoped<RouteStore>()
        .AddScoped<RouteMapper>()
        .AddEndpoints<RouteEndpoints>()
        .AddEndpoints<DestinationEndpoints>()
        .AddJobHandler<RouteDeletion>("route.delete")
        .AddJobHandler<UnmappedRouteDeletion>("space.delete_unmapped_routes");

    public static void MapRoutes(this IEndpointRouteBuilder routes)
    {
        routes.Endpoints<RouteEndpoints>()
            .Get("/v3/routes", (e, call) => e.ListAsync(call))
            .Post("/v3/routes", (e, call) => e.CreateAsync(call))
            .Get("/v3/routes/{guid}", (e, call) => e.GetAsync(call))
            .Patch("/v3/routes/{guid}", (e, call) => e.UpdateAsync(call))
            .Delete("/v3/routes/{guid}", (e, call) => e.DeleteAsync(call))
            .Get("/v3/apps/{guid}/routes", (e, call) => e.ListOfAppAsync(call))
            .Delete("/v3/spaces/{guid}/routes", (e, call) => e.DeleteUnmappedAsync(call))
            .Get("/v3/domains/{guid}/route_reservations", (e, call) => e.GetReservationAsync(call));
        routes.Endpoints<DestinationEndpoints>()
            .Get("/v3/routes/{guid}/destinations", (e, call) => e.ListAsync(call))
            .Post("/v3/routes/{guid}/destinations", (e, call) => e.AddAsync(call))
            .Patch("/v3/routes/{guid}/destinations", (e, call) => e.ReplaceAsync(call))
            .Delete("/v3/routes/{guid}/destinations/{destination}", (e, call) => e.RemoveAsync(call));
    }
}
