using Microsoft.Extensions.DependencyInjection;

namespace Tatara.CloudController.Buildpacks;

internal static class BuildpackBitsFeature
{
    public static void AddBuildpackBits(this IServiceCollection services) => services.AddSingleton<IBuildpackBits, BuildpackBits>();
}
