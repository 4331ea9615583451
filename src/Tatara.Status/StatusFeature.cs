using Microsoft.Extensions.DependencyInjection;
using Tatara.MessageBus;

namespace Tatara.Status;

/// <summary>Adds to a role what shows how it is.</summary>
public static class StatusFeature
{
    /// <summary>Needs a <see cref="NatsConnection"/> and a <see cref="TimeProvider"/> among the services.</summary>
    /// <param name="type">What Cloud Foundry V2 calls the role.</param>
    public static IServiceCollection AddStatus<TRole>(this IServiceCollection services, string type, StatusOptions options)
        where TRole : class, IRoleStatus
    {
        options.Validate();
        return services
            .AddSingleton<IRoleStatus, TRole>()
            .AddSingleton(s => new Member(type, options, s.GetRequiredService<IRoleStatus>(), s.GetRequiredService<NatsConnection>(), s.GetRequiredService<TimeProvider>()))
            .AddSingleton(options)
            .AddHostedService<Announcements>()
            .AddSingleton<StatusServer>()
            .AddHostedService(s => s.GetRequiredService<StatusServer>());
    }
}
