using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Hosting;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Buildpacks;

internal static class BuildpackFeature
{
    public static void AddBuildpacks(this IServiceCollection services) => services
        .AddSingleton<BuildpackBits>()
        .AddScoped<BuildpackPositions>()
        .AddScoped<ISeed, BuildpackImport>()
        .AddEndpoints<BuildpackEndpoints>()
        .AddEndpoints<BuildpackUploadEndpoints>()
        .AddJobHandler<BuildpackUploadJob>("buildpack.upload")
        .AddJobHandler<BuildpackDeletion>("buildpack.delete");

    public static void MapBuildpacks(this IEndpointRouteBuilder routes)
    {
        routes.Endpoints<BuildpackEndpoints>()
            .Get("/v3/buildpacks", (e, call) => e.ListAsync(call))
            .Post("/v3/buildpacks", (e, call) => e.CreateAsync(call))
            .Get("/v3/buildpacks/{guid}", (e, call) => e.GetAsync(call))
            .Patch("/v3/buildpacks/{guid}", (e, call) => e.UpdateAsync(call))
            .Delete("/v3/buildpacks/{guid}", (e, call) => e.DeleteAsync(call));
        routes.Endpoints<BuildpackUploadEndpoints>().Post("/v3/buildpacks/{guid}/upload", (e, call) => e.UploadAsync(call));
    }
}
