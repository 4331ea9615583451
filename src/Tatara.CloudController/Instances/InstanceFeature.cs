using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Apps;

namespace Tatara.CloudController.Instances;

internal static class InstanceFeature
{
    public static void AddInstances(this IServiceCollection services) => services
        .AddSingleton<ProcessLocks>()
        .AddSingleton<PlacementTroubles>()
        .AddSingleton<StatsReader>()
        .AddSingleton<WaitingInstances>()
        .AddHostedService(provider => provider.GetRequiredService<WaitingInstances>())
        .AddHostedService<UnsentChanges>()
        .AddScoped<StartMessages>()
        .AddScoped<InstanceStarter>()
        .AddScoped<IInstanceControl, InstanceControl>()
        .AddEndpoints<StatsEndpoints>();

    public static void MapInstances(this IEndpointRouteBuilder routes) => routes.Endpoints<StatsEndpoints>()
        .Get("/v3/processes/{guid}/stats", (e, call) => e.GetAsync(call))
        .Get("/v3/apps/{guid}/processes/{type}/stats", (e, call) => e.GetOfAppAsync(call));
}
