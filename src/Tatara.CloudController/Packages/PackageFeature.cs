using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tatara.CloudController.Api;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Packages;

internal static class PackageFeature
{
    public static void AddPackages(this IServiceCollection services)
    {
        services.TryAddSingleton(new PackageLimits());
        services
            .AddScoped<ResourceCache>()
            .AddScoped<PackageAssembler>()
            .AddSingleton<PackageNews>()
            .AddScoped<PackageIntake>()
            .AddEndpoints<PackageEndpoints>()
            .AddEndpoints<PackageUploadEndpoints>()
            .AddEndpoints<ResourceMatchEndpoints>()
            .AddJobHandler<PackageUploadJob>(PackageUploadJob.Operation)
            .AddJobHandler<PackageDeleteJob>(PackageDeleteJob.Operation);
    }

    public static void MapPackages(this IEndpointRouteBuilder routes)
    {
        routes.Endpoints<PackageEndpoints>()
            .Get("/v3/packages", (e, call) => e.ListAsync(call))
            .Post("/v3/packages", (e, call) => e.CreateAsync(call))
            .Get("/v3/packages/{guid}", (e, call) => e.GetAsync(call))
            .Patch("/v3/packages/{guid}", (e, call) => e.UpdateAsync(call))
            .Delete("/v3/packages/{guid}", (e, call) => e.DeleteAsync(call))
            .Get("/v3/packages/{guid}/download", (e, call) => e.DownloadAsync(call))
            .Get("/v3/apps/{guid}/packages", (e, call) => e.ListOfAppAsync(call));
        routes.Endpoints<PackageUploadEndpoints>().Post("/v3/packages/{guid}/upload", (e, call) => e.UploadAsync(call));
        routes.Endpoints<ResourceMatchEndpoints>().Post("/v3/resource_matches", (e, call) => e.CreateAsync(call));
    }
}
