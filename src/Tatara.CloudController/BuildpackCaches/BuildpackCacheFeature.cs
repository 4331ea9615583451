using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.BuildpackCaches;

internal static class BuildpackCacheFeature
{
    public static void AddBuildpackCaches(this IServiceCollection services) => services
        .AddEndpoints<BuildpackCacheEndpoints>()
        .AddJobHandler<BuildpackCacheClearing>(BuildpackCacheClearing.Operation);

    public static void MapBuildpackCaches(this IEndpointRouteBuilder routes) => routes.Endpoints<BuildpackCacheEndpoints>()
        .Post("/v3/apps/{guid}/actions/clear_buildpack_cache", (e, call) => e.ClearAsync(call))
        .Post("/v3/admin/actions/clear_buildpack_cache", (e, call) => e.ClearAllAsync(call));
}
