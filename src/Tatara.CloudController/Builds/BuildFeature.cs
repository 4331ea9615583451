using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tatara.CloudController.Api;

namespace Tatara.CloudController.Builds;

internal static class BuildFeature
{
    public static void AddBuilds(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new StagingTimes { Timeout = provider.GetRequiredService<CloudControllerOptions>().StagingTimeout });
        services
            .AddScoped<BuildCancellation>()
            .AddScoped<BuildCreation>()
            .AddScoped<BuildLifecycleRules>()
            .AddScoped<DropletReuse>()
            .AddScoped<BuildOutcome>()
            .AddScoped<Stager>()
            .AddScoped<StagingMessages>()
            .AddHostedService<StagingListener>()
            .AddHostedService<StagingWatch>()
            .AddEndpoints<BuildEndpoints>();
    }

    public static void MapBuilds(this IEndpointRouteBuilder routes) => routes.Endpoints<BuildEndpoints>()
        .Get("/v3/builds", (e, call) => e.ListAsync(call))
        .Post("/v3/builds", (e, call) => e.CreateAsync(call))
        .Get("/v3/builds/{guid}", (e, call) => e.GetAsync(call))
        .Patch("/v3/builds/{guid}", (e, call) => e.UpdateAsync(call))
        .Get("/v3/apps/{guid}/builds", (e, call) => e.ListOfAppAsync(call));
}
