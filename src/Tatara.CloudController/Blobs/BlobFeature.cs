using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Api;
using Tatara.CloudController.Hosting;

namespace Tatara.CloudController.Blobs;

internal static class BlobFeature
{
    public static void AddBlobs(this IServiceCollection services) => services
        .AddSingleton(CreateBlobstore)
        .AddScoped<BlobCleaning>()
        .AddHostedService<BlobSweep>()
        .AddSingleton(CreateSignedUrls)
        .AddSingleton<BlobUrls>()
        .AddEndpoints<InternalBlobEndpoints>();

    public static void MapBlobs(this IEndpointRouteBuilder routes) => routes.Endpoints<InternalBlobEndpoints>()
        .Anonymous("GET", BlobUrls.Root + "/packages/{guid}", (e, call) => e.GetPackageAsync(call))
        .Anonymous("GET", BlobUrls.Root + "/droplets/{guid}", (e, call) => e.GetDropletAsync(call))
        .Anonymous("GET", BlobUrls.Root + "/buildpacks/{key}", (e, call) => e.GetBuildpackAsync(call))
        .Anonymous("GET", BlobUrls.Root + "/buildpack-caches/{guid}/{stack}", (e, call) => e.GetCacheAsync(call))
        .Anonymous("POST", BlobUrls.Root + "/buildpack-caches/{guid}/{stack}", (e, call) => e.PostCacheAsync(call))
        .Anonymous("POST", BlobUrls.Root + "/builds/{guid}/droplet", (e, call) => e.PostDropletAsync(call));

    private static IBlobstore CreateBlobstore(IServiceProvider provider)
    {
        var (options, loggers) = (provider.GetRequiredService<CloudControllerOptions>(), provider.GetRequiredService<ILoggerFactory>());
        return Blobstores.Open(options.Blobstore, options.DataDirectory, provider.GetRequiredService<TimeProvider>(), loggers, options.ReservedDiskMb << 20);
    }

    private static SignedUrls CreateSignedUrls(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<CloudControllerOptions>();
        var server = provider.GetRequiredService<IServer>();
        return new SignedUrls(options.BlobSigningKey, () => options.InternalUrl ?? ComponentRegistrar.ListeningAt(server), provider.GetRequiredService<TimeProvider>());
    }
}
