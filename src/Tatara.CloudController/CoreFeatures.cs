using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController;

/// <summary>What the API offers apart from staging and running; a line per feature.</summary>
internal static class CoreFeatures
{
    public static void AddCoreFeatures(this IServiceCollection services)
    {
        services.AddJobs();
    }

    public static void MapCoreFeatures(this IEndpointRouteBuilder routes)
    {
        routes.MapJobs();
    }
}
