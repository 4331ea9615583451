using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Router.AccessLog;
using Tatara.Router.Acme;
using Tatara.Router.Http2;
using Tatara.Router.Metrics;
using Tatara.Router.OwnAnswers;
using Tatara.Router.Proxy;
using Tatara.Router.Registration;
using Tatara.Router.Registry;
using Tatara.Router.RouteServices;
using Tatara.Router.Status;
using Tatara.Router.Tcp;
using Tatara.Router.Tls;
using Tatara.Status;

namespace Tatara.Router;

/// <summary>The router: what clients reach apps and the platform's own APIs through.</summary>
public static class RouterHost
{
    /// <summary>What is left to do once the router is drained may take this long.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Puts a router together. Its <see cref="RouterPorts"/> say where it listens once it has started.</summary>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public static IHost Build(RouterOptions options, Action<ILoggingBuilder> logging)
    {
        options.Validate();
        var name = options.Bus.Name;
        options = options with { Bus = options.Bus with { Json = ProtocolJson.Default.Options, Name = "router" } };
        var ports = new RouterPorts();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        logging(builder.Logging);
        // First, so that it stops last: load balancers are told until the end that this router drains.
        builder.Services.AddStatus<RouterStatus>(ComponentTypes.Router, options.Status with { Name = name, Zone = options.Zone });
        AddServices(builder.Services, options, ports);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options.Limits));
        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => ports.Status = app.Services.GetRequiredService<StatusServer>().EndPoint);
        app.Run(app.Services.GetRequiredService<Http2Gateway>().HandleAsync);
        return app;
    }

    private static void AddServices(IServiceCollection services, RouterOptions options, RouterPorts ports)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(ports);
        services.AddSingleton(s => new NatsConnection(options.Bus, s.GetRequiredService<ILogger<NatsConnection>>()));
        services.AddSingleton<RouteRegistry>();
        services.AddSingleton<AccessLogQueue>();
        services.AddSingleton<ProxyContext>();
        services.AddSingleton<RoutesPage>();
        services.AddSingleton<Http2Gateway>();
        services.AddSingleton<InProcessTransport>();
        services.AddSingleton<IConnectionListenerFactory>(s => s.GetRequiredService<InProcessTransport>());
        services.AddSingleton<IHostLifetime, SilentLifetime>();
        services.AddSingleton<RouterMetrics>();
        services.AddSingleton<MetricsPage>();
        services.AddSingleton<RouteServiceHook>();
        services.AddSingleton<AcmeChallenges>();
        services.AddSingleton(new HttpsRedirect(new NamePatterns(options.HttpsOnly), options.ExternalHttpsPort ?? options.HttpsPort ?? 443));
        services.AddSingleton<OwnAnswerFinder>();
        if (options.HttpsPort is not null)
        {
            services.AddSingleton<CertificateStore>();
            services.AddHostedService<CertificateWatch>();
        }
        if (options.Acme is not null) services.AddHostedService<AcmeRenewer>();
        services.AddSingleton<TcpCounters>();
        services.AddSingleton<TcpContext>();
        services.AddSingleton<TcpRouter>();
        services.AddHostedService(s => s.GetRequiredService<TcpRouter>());
        services.AddHostedService<RegistrationListener>();
        services.AddHostedService<Pruner>();
        services.AddHostedService<AccessLogPublisher>();
        services.AddHostedService<TableFill>();
        // Last, so that it stops first: the lines of its last requests are still published.
        services.AddSingleton<ProxyServer>();
        services.AddHostedService(s => s.GetRequiredService<ProxyServer>());
        services.AddSingleton<Drain>();
        services.AddHostedService(s => s.GetRequiredService<Drain>());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainWait + options.DrainTimeout + ShutdownTimeout);
    }

    /// <summary>Kestrel speaks HTTP/2 with what the loops hand to it; it listens on no socket.</summary>
    private static void Listen(KestrelServerOptions kestrel, ProxyLimits limits)
    {
        kestrel.AddServerHeader = false;
        // TLS ends at the loops.
        kestrel.AllowAlternateSchemes = true;
        kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        // The loops have limits of their own for slow peers and large bodies.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxRequestHeaderCount = limits.MaxFields + 1;
        kestrel.Limits.MaxRequestHeadersTotalSize = 2 * limits.MaxHeadBytes;
        kestrel.Limits.MaxRequestLineSize = limits.MaxHeadBytes;
        kestrel.Limits.MaxRequestBufferSize = 2 * limits.MaxHeadBytes;
        kestrel.Listen(InProcessTransport.Clients, l => l.Protocols = HttpProtocols.Http2);
    }
}
