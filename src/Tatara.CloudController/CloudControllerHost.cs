using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Api;
using Tatara.CloudController.Auth;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Hosting;
using Tatara.CloudController.Logs;
using Tatara.CloudController.Roles;
using Tatara.CloudController.Status;
using Tatara.Database;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;
using Tatara.Status;

namespace Tatara.CloudController;

/// <summary>Builds Cloud Controller: the API, its database, and its side of the bus.</summary>
public static class CloudControllerHost
{
    /// <summary>JSON needs no more; endpoints that take bits raise it for themselves.</summary>
    private const long MaxBodyBytes = 2 * 1024 * 1024;

    /// <summary>Its part of a PostgreSQL database.</summary>
    public const string DatabaseSchema = "cloud_controller";

    /// <summary>Brings the tables at an address up to date, as a start does.</summary>
    public static Task MigrateAsync(DatabaseAddress address, ILogger logger, CancellationToken cancellationToken) =>
        CloudControllerDatabase.Migrator(address, TimeProvider.System, logger).ApplyAsync(cancellationToken);

    /// <summary>A host that is ready to start.</summary>
    public static IHost Build(CloudControllerOptions options, Action<ILoggingBuilder> logging) => Build(options, logging, _ => { });

    /// <summary>Clients ask for 200 guids at once in a query.</summary>
    private const int MaxRequestLineBytes = 64 * 1024;

    internal static WebApplication Build(CloudControllerOptions options, Action<ILoggingBuilder> logging, Action<IServiceCollection> replace)
    {
        options.Validate();
        Directory.CreateDirectory(options.DataDirectory);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        logging(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLineBytes;
            kestrel.Limits.MaxRequestBufferSize = 2 * MaxRequestLineBytes;
            PeerNetwork.Listen(kestrel, options.Peers, options.BindAddress, options.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(h => h.ShutdownTimeout = TimeSpan.FromSeconds(4));
        AddFoundation(builder.Services, options);
        builder.Services.AddCoreFeatures();
        builder.Services.AddEngineFeatures();
        replace(builder.Services);

        var app = builder.Build();
        PeerNetwork.RequireMembers(app, options.Peers);
        app.Use(app.Services.GetRequiredService<RequestMetrics>().CountAsync);
        app.UseMiddleware<ErrorWriter>();
        app.UseRouting();
        app.UseMiddleware<Authentication>();
        app.MapCoreFeatures();
        app.MapEngineFeatures();
        return app;
    }

    private static void AddFoundation(IServiceCollection services, CloudControllerOptions options)
    {
        services.AddSingleton(options);
        AddDatabase(services, CloudControllerDatabase.Address(options));
        services.AddSingleton(provider => new NatsConnection(
            options.Bus with { Json = ProtocolJson.Default.Options, Name = options.Name }, provider.GetRequiredService<ILogger<NatsConnection>>()));
        services.AddSingleton<Links>().AddScoped<Pager>();
        services.AddSingleton<TokenKeys>().AddSingleton<TokenReader>().AddSingleton<KnownUsers>().AddScoped<CallerHolder>();
        services.AddScoped<Access>().AddScoped<EventRecorder>().AddSingleton<ApiLog>();
        services.AddHostedService<ComponentRegistrar>();
        services.AddHostedService<Retention>();
        services.AddSingleton<RequestMetrics>().AddStatus<CloudControllerStatus>(ComponentTypes.CloudController, options.Status with { Name = options.Status.Name ?? options.Name });
    }

    /// <summary>Hosted services start in the order in which they are added: all that follow find the database ready, and know its time.</summary>
    private static void AddDatabase(IServiceCollection services, DatabaseAddress address)
    {
        services.AddSingleton(address);
        services.AddDbContext<CloudControllerDbContext>(db => db.Use(address));
        services.AddHostedService<DatabasePreparation>();
        if (address.Engine == DatabaseEngine.PostgreSql)
        {
            var clock = new DatabaseTime(address, TimeProvider.System);
            services.AddSingleton<TimeProvider>(clock).AddSingleton<IHostedService>(clock);
        }
        services.TryAddSingleton(TimeProvider.System);
        services.AddHostedService<Seeding>();
    }
}
