using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.HealthManager.Desired;
using Tatara.HealthManager.Leading;
using Tatara.HealthManager.Status;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Status;

namespace Tatara.HealthManager;

/// <summary>The Health Manager's entry: compares what should run with what runs, and has Cloud Controller make them one.</summary>
public static class HealthManagerHost
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Puts it together. It starts even when the bus or Cloud Controller are away, and waits for them.</summary>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    public static IHost Build(HealthManagerOptions options, Action<ILoggingBuilder> logging)
    {
        options.Validate();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        logging(builder.Logging);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = ShutdownTimeout);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services
            .AddSingleton(options)
            .AddSingleton(s => new NatsConnection(
                options.Bus with { Name = "health-manager", Json = ProtocolJson.Default.Options }, s.GetRequiredService<ILogger<NatsConnection>>()))
            .AddSingleton<HealthMonitor>()
            .AddSingleton<OrderSender>()
            .AddSingleton<BulkClient>()
            .AddSingleton<DesiredSignal>()
            .AddSingleton<IHostLifetime, OwnedLifetime>()
            .AddSingleton<LeaseClient>()
            .AddHostedService<Leadership>()
            .AddHostedService<BusListener>()
            .AddHostedService<DesiredPoller>()
            .AddHostedService<AnalysisLoop>()
            .AddStatus<HealthManagerStatus>(ComponentTypes.HealthManager, options.Status with { Name = options.Status.Name ?? options.Bus.Name });
        return builder.Build();
    }

    /// <summary>Whoever built the host stops it; it takes no signals of its own.</summary>
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
