using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Apps;

internal static class AppFeature
{
    public static void AddApps(this IServiceCollection services) => services
        .AddEndpoints<AppEndpoints>()
        .AddEndpoints<AppActionEndpoints>()
        .AddEndpoints<AppEnvironmentEndpoints>()
        .AddEndpoints<AppFeatureEndpoints>()
        .AddEndpoints<CurrentDropletEndpoints>()
        .AddScoped<AppStore>()
        .AddScoped<AppLifecycle>()
        .AddScoped<AppRemoval>()
        .AddScoped<DropletAssignment>()
        .AddJobHandler<AppDeletion>("app.delete");

    public static void MapApps(this IEndpointRouteBuilder routes)
    {
        routes.Endpoints<AppEndpoints>()
            .Get("/v3/apps", (e, call) => e.ListAsync(call))
            .Post("/v3/apps", (e, call) => e.CreateAsync(call))
            .Get("/v3/apps/{guid}", (e, call) => e.GetAsync(call))
            .Patch("/v3/apps/{guid}", (e, call) => e.UpdateAsync(call))
            .Delete("/v3/apps/{guid}", (e, call) => e.DeleteAsync(call));
        routes.Endpoints<AppActionEndpoints>()
            .Post("/v3/apps/{guid}/actions/start", (e, call) => e.StartAsync(call))
            .Post("/v3/apps/{guid}/actions/stop", (e, call) => e.StopAsync(call))
            .Post("/v3/apps/{guid}/actions/restart", (e, call) => e.RestartAsync(call));
        routes.Endpoints<CurrentDropletEndpoints>()
            .Get("/v3/apps/{guid}/relationships/current_droplet", (e, call) => e.GetAsync(call))
            .Patch("/v3/apps/{guid}/relationships/current_droplet", (e, call) => e.UpdateAsync(call));
        routes.Endpoints<AppEnvironmentEndpoints>()
            .Get("/v3/apps/{guid}/environment_variables", (e, call) => e.GetVariablesAsync(call))
            .Patch("/v3/apps/{guid}/environment_variables", (e, call) => e.UpdateVariablesAsync(call))
            .Get("/v3/apps/{guid}/env", (e, call) => e.GetAllAsync(call))
            .Get("/v3/apps/{guid}/permissions", (e, call) => e.GetPermissionsAsync(call));
        routes.Endpoints<AppFeatureEndpoints>()
            .Get("/v3/apps/{guid}/features", (e, call) => e.ListAsync(call))
            .Get("/v3/apps/{guid}/features/{name}", (e, call) => e.GetAsync(call))
            .Patch("/v3/apps/{guid}/features/{name}", (e, call) => e.UpdateAsync(call))
            .Get("/v3/apps/{guid}/ssh_enabled", (e, call) => e.GetSshAsync(call));
    }
}
