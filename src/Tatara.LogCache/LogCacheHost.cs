using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.LogCache.Access;
using Tatara.LogCache.Ingress;
using Tatara.LogCache.Reading;
using Tatara.LogCache.Registration;
using Tatara.LogCache.Status;
using Tatara.LogCache.Store;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;
using Tatara.Status;

namespace Tatara.LogCache;

/// <summary>The log-cache role: takes log lines from the bus, keeps the recent ones, and shows them to whoever may see the app.</summary>
public static class LogCacheHost
{
    /// <summary>Batches that wait here at most. Each may be large; senders that wait for an answer repeat what was dropped.</summary>
    private const int MaxWaitingBatches = 1024;

    /// <summary>The UAA and Cloud Controller are near; a reader should not wait longer for them.</summary>
    private static readonly TimeSpan AccessTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Builds the role. Starting it needs neither bus nor UAA nor Cloud Controller.</summary>
    public static IHost Build(LogCacheOptions options, Action<ILoggingBuilder> logging) => Build(options, logging, TimeProvider.System);

    internal static IHost Build(LogCacheOptions options, Action<ILoggingBuilder> logging, TimeProvider time)
    {
        options.Validate();
        Directory.CreateDirectory(options.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Tatara.LogCache" });
        logging(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            PeerNetwork.Listen(kestrel, options.Peers, options.BindAddress, options.Port);
        });
        AddServices(builder.Services, options, time);
        var app = builder.Build();
        PeerNetwork.RequireMembers(app, options.Peers);
        app.UseMiddleware<ErrorMiddleware>();
        app.UseRouting();
        ReadEndpoints.Map(app);
        return app;
    }

    private static void AddServices(IServiceCollection services, LogCacheOptions options, TimeProvider time)
    {
        services.AddRoutingCore();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        services.AddSingleton(time);
        services.AddSingleton(options);
        services.AddSingleton(provider => new NatsConnection(
            options.Bus with { Json = ProtocolJson.Default.Options, Name = "log-cache", SubscriptionCapacity = MaxWaitingBatches },
            provider.GetService<ILogger<NatsConnection>>()));
        services.AddSingleton(_ => new HttpClient(PeerNetwork.CreateHandler(options.Peers))
        {
            Timeout = AccessTimeout,
            MaxResponseContentBufferSize = 1024 * 1024,
        });
        services.AddSingleton<EnvelopeStore>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<TokenReader>();
        services.AddSingleton<AppVisibility>();
        services.AddSingleton<ReaderAuthorizer>();
        services.AddHostedService<StoreKeeper>();
        services.AddHostedService<LogIngress>();
        services.AddHostedService<RouterRegistrar>();
        services.AddSingleton<IngressCounters>().AddStatus<LogCacheStatus>(ComponentTypes.LogCache, options.Status with { Name = options.Status.Name ?? options.Bus.Name });
    }
}
