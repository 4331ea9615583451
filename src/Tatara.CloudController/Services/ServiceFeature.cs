using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;

namespace Tatara.CloudController.Services;

internal static class ServiceFeature
{
    public static void AddServices(this IServiceCollection services) => services
        .AddScoped<BoundRoutes>()
        .AddEndpoints<ServiceInstanceEndpoints>()
        .AddEndpoints<RouteBindingEndpoints>();

    public static void MapServices(this IEndpointRouteBuilder routes)
    {
        routes.Endpoints<ServiceInstanceEndpoints>()
            .Get("/v3/service_instances", (e, call) => e.ListAsync(call))
            .Post("/v3/service_instances", (e, call) => e.CreateAsync(call))
            .Get("/v3/service_instances/{guid}", (e, call) => e.GetAsync(call))
            .Patch("/v3/service_instances/{guid}", (e, call) => e.UpdateAsync(call))
            .Delete("/v3/service_instances/{guid}", (e, call) => e.DeleteAsync(call))
            .Get("/v3/service_instances/{guid}/credentials", (e, call) => e.GetCredentialsAsync(call));
        routes.Endpoints<RouteBindingEndpoints>()
            .Get("/v3/service_route_bindings", (e, call) => e.ListAsync(call))
            .Post("/v3/service_route_bindings", (e, call) => e.CreateAsync(call))
            .Get("/v3/service_route_bindings/{guid}", (e, call) => e.GetAsync(call))
            .Delete("/v3/service_route_bindings/{guid}", (e, call) => e.DeleteAsync(call));
    }
}
