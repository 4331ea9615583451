using Microsoft.Extensions.DependencyInjection;

namespace Tatara.CloudController.Deas;

internal static class DeaFeature
{
    public static void AddDeas(this IServiceCollection services) => services
        .AddSingleton(provider => new DeaPool(provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<DeaClient>()
        .AddHostedService<DeaListener>();
}
