using Microsoft.Extensions.DependencyInjection;

namespace Tatara.CloudController.HealthManager;

internal static class HealthManagerFeature
{
    public static void AddHealthManagerOrders(this IServiceCollection services) => services
        .AddSingleton<RecentMessages>()
        .AddSingleton<StartsUnderWay>()
        .AddScoped<HmOrders>()
        .AddScoped<CrashRecorder>()
        .AddScoped<RefusedStarts>()
        .AddHostedService<HealthManagerListener>();
}
