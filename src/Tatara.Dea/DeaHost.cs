using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.Containers;
using Tatara.Dea.Advertising;
using Tatara.Dea.Disk;
using Tatara.Dea.Droplets;
using Tatara.Dea.Evacuation;
using Tatara.Dea.Instances;
using Tatara.Dea.Linux;
using Tatara.Dea.Logs;
using Tatara.Dea.Networks;
using Tatara.Dea.Staging;
using Tatara.Dea.Status;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;
using Tatara.Status;

namespace Tatara.Dea;

/// <summary>The DEA (Droplet Execution Agent): runs instances of apps and stages packages, in containers of this machine.</summary>
public static class DeaHost
{
    /// <summary>Puts a DEA together; starting it finds the instances that an earlier run left.</summary>
    /// <param name="containers">Where it runs things; of this DEA alone.</param>
    /// <exception cref="ArgumentException">An option does not make sense.</exception>
    public static IHost Build(DeaOptions options, IContainerRuntime containers, Action<ILoggingBuilder> logging)
    {
        options.Validate();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        logging(builder.Logging);
        var services = builder.Services;
        services.AddSingleton(options).AddSingleton(containers).AddSingleton(TimeProvider.System);
        services.AddSingleton(s => new NatsConnection(
            options.Bus with { Json = ProtocolJson.Default.Options, Name = options.Id }, s.GetRequiredService<ILogger<NatsConnection>>()));
        services.AddSingleton(_ => CreateHttpClient(options.Peers));
        services.AddSingleton<DropletStore>().AddSingleton<LogSender>().AddSingleton<FileWatch>();
        AddInstances(services);
        AddStaging(services);
        services.AddSingleton<Advertiser>().AddSingleton<HeartbeatSender>().AddSingleton<Announcer>().AddSingleton<Greeting>().AddSingleton<Evacuator>();
        services.AddSingleton<PeerHosts>().AddSingleton<AddressBook>().AddSingleton<NetworkKeeper>().AddSingleton<TunnelKeeper>().AddSingleton<TunnelProbe>();
        services.AddSingleton<FreeDisk>().AddSingleton<DiskKeeper>().AddSingleton<OrphanSweep>();
        services.AddSingleton<BusListener>().AddSingleton<DeaParts>();
        services.AddHostedService<DeaService>();
        services.AddSingleton<DeaCounters>().AddStatus<DeaRoleStatus>(
            ComponentTypes.Dea, options.Status with { Name = options.Status.Name ?? options.Id, Zone = options.Status.Zone ?? options.Zone });
        // Instances get their grace when they are to stop with the DEA.
        services.Configure<HostOptions>(o => o.ShutdownTimeout = options.StopInstancesOnShutdown ? options.StopGrace + TimeSpan.FromSeconds(5) : TimeSpan.FromSeconds(5));
        return builder.Build();
    }

    private static void AddInstances(IServiceCollection services) => services
        .AddSingleton<InstanceStore>().AddSingleton<InstanceTable>().AddSingleton<InstanceLogs>().AddSingleton<PortPool>().AddSingleton<Capacity>()
        .AddSingleton<HealthCheck>().AddSingleton<HealthMonitor>().AddSingleton<RouteAnnouncer>().AddSingleton<Readiness>().AddSingleton<ExitReporter>().AddSingleton<InstanceRemains>()
        .AddSingleton<InstanceCare>().AddSingleton<InstanceLauncher>().AddSingleton<InstanceStarter>().AddSingleton<InstanceStopper>()
        .AddSingleton<InstanceResources>().AddSingleton<InstanceRecovery>().AddSingleton<RouteUpdater>().AddSingleton<InstanceFinder>().AddSingleton<Entitlement>();

    private static void AddStaging(IServiceCollection services) => services
        .AddSingleton<StagingStore>().AddSingleton<BlobClient>().AddSingleton<BuildpackStore>().AddSingleton<StagingInputs>().AddSingleton<StagingOutputs>()
        .AddSingleton<StagingTools>().AddSingleton<Stager>();

    /// <summary>Straight connections without a proxy: signed URLs and health checks lead to this platform's own machines.</summary>
    private static HttpClient CreateHttpClient(PeerNetwork? peers)
    {
        var handler = PeerNetwork.CreateHandler(peers, orPublic: true);
        handler.ConnectTimeout = TimeSpan.FromSeconds(5);
        handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10);
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
