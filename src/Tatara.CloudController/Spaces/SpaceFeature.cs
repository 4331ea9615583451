using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Spaces;

internal static class SpaceFeature
{
    public static void AddSpaces(this IServiceCollection services) => services
        .AddEndpoints<SpaceEndpoints>()
        .AddEndpoints<SpaceFeatureEndpoints>()
        .AddScoped<SpaceRemoval>()
        .AddJobHandler<SpaceDeletion>("space.delete");

    public static void MapSpaces(this IEndpointRouteBuilder routes)
    {
        routes.Endpoints<SpaceEndpoints>()
            .Get("/v3/spaces", (e, call) => e.ListAsync(call))
            .Post("/v3/spaces", (e, call) => e.CreateAsync(call))
            .Get("/v3/spaces/{guid}", (e, call) => e.GetAsync(call))
            .Patch("/v3/spaces/{guid}", (e, call) => e.UpdateAsync(call))
            .Delete("/v3/spaces/{guid}", (e, call) => e.DeleteAsync(call))
            .Get("/v3/spaces/{guid}/relationships/isolation_segment", (e, call) => e.GetIsolationSegmentAsync(call));
        routes.Endpoints<SpaceFeatureEndpoints>()
            .Get("/v3/spaces/{guid}/features", (e, call) => e.ListAsync(call))
            .Get("/v3/spaces/{guid}/features/{name}", (e, call) => e.GetAsync(call))
            .Patch("/v3/spaces/{guid}/features/{name}", (e, call) => e.UpdateAsync(call));
    }
}
