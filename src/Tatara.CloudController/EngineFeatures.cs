using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.BuildpackCaches;
using Tatara.CloudController.Builds;
using Tatara.CloudController.Bulk;
using Tatara.CloudController.Deas;
using Tatara.CloudController.Droplets;
using Tatara.CloudController.HealthManager;
using Tatara.CloudController.Instances;
using Tatara.CloudController.Packages;

namespace Tatara.CloudController;

/// <summary>Staging and running; a line per feature.</summary>
internal static class EngineFeatures
{
    public static void AddEngineFeatures(this IServiceCollection services)
    {
        services.AddBlobs();
        services.AddPackages();
        services.AddDeas();
        services.AddBuilds();
        services.AddBuildpackCaches();
        services.AddDroplets();
        services.AddInstances();
        services.AddHealthManagerOrders();
        services.AddBulk();
    }

    public static void MapEngineFeatures(this IEndpointRouteBuilder routes)
    {
        routes.MapBlobs();
        routes.MapPackages();
        routes.MapBuilds();
        routes.MapBuildpackCaches();
        routes.MapDroplets();
        routes.MapInstances();
        routes.MapBulk();
    }
}
