using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Tatara.CloudController;

/// <summary>Staging and running; a line per feature.</summary>
internal static class EngineFeatures
{
    public static void AddEngineFeatures(this IServiceCollection services)
    {
        _ = services;
    }

    public static void MapEngineFeatures(this IEndpointRouteBuilder routes)
    {
        _ = routes;
    }
}
