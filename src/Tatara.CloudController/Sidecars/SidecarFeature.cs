using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;

namespace Tatara.CloudController.Sidecars;

internal static class SidecarFeature
{
    public static void AddSidecars(this IServiceCollection services) => services.AddScoped<SidecarStore>().AddEndpoints<SidecarEndpoints>();

    public static void MapSidecars(this IEndpointRouteBuilder routes) => routes.Endpoints<SidecarEndpoints>()
        .Get("/v3/apps/{guid}/sidecars", (e, call) => e.ListOfAppAsync(call))
        .Post("/v3/apps/{guid}/sidecars", (e, call) => e.CreateAsync(call))
        .Get("/v3/processes/{guid}/sidecars", (e, call) => e.ListOfProcessAsync(call))
        .Get("/v3/apps/{guid}/processes/{type}/sidecars", (e, call) => e.ListOfProcessAsync(call))
        .Get("/v3/sidecars/{guid}", (e, call) => e.GetAsync(call))
        .Patch("/v3/sidecars/{guid}", (e, call) => e.UpdateAsync(call))
        .Delete("/v3/sidecars/{guid}", (e, call) => e.DeleteAsync(call));
}
