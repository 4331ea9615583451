using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Droplets;

internal static class DropletFeature
{
    public static void AddDroplets(this IServiceCollection services) => services
        .AddScoped<StagedDroplets>()
        .AddScoped<BitsExpiration>()
        .AddEndpoints<DropletEndpoints>()
        .AddEndpoints<DropletListEndpoints>()
        .AddEndpoints<DropletUploadEndpoints>()
        .AddJobHandler<DropletUploadJob>(DropletUploadJob.Operation)
        .AddJobHandler<DropletDeleteJob>(DropletDeleteJob.Operation);

    public static void MapDroplets(this IEndpointRouteBuilder routes)
    {
        routes.Endpoints<DropletEndpoints>()
            .Get("/v3/droplets/{guid}", (e, call) => e.GetAsync(call))
            .Patch("/v3/droplets/{guid}", (e, call) => e.UpdateAsync(call))
            .Delete("/v3/droplets/{guid}", (e, call) => e.DeleteAsync(call))
            .Get("/v3/droplets/{guid}/download", (e, call) => e.DownloadAsync(call))
            .Get("/v3/apps/{guid}/droplets/current", (e, call) => e.GetCurrentAsync(call));
        routes.Endpoints<DropletListEndpoints>()
            .Get("/v3/droplets", (e, call) => e.ListAsync(call))
            .Get("/v3/apps/{guid}/droplets", (e, call) => e.ListOfAppAsync(call))
            .Get("/v3/packages/{guid}/droplets", (e, call) => e.ListOfPackageAsync(call));
        routes.Endpoints<DropletUploadEndpoints>()
            .Post("/v3/droplets", (e, call) => e.CreateAsync(call))
            .Post("/v3/droplets/{guid}/upload", (e, call) => e.UploadAsync(call));
    }
}
