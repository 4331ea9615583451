using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Router.AccessLog;
using Tatara.Router.Acme;
using Tatara.Router.Metrics;
using Tatara.Router.OwnAnswers;
using Tatara.Router.Proxy;
using Tatara.Router.Registration;
using Tatara.Router.Registry;
using Tatara.Router.RouteServices;
using Tatara.Router.Status;
using Tatara.Router.Tcp;
using Tatara.Router.Tls;

namespace Tatara.Router;

/// <summary>The router: what clients reach apps and the platform's own APIs through.</summary>
public static class RouterHost
{
    /// <summary>Requests that are under way when the router stops may take this long.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(4);

    /// <summary>Puts a router together. Its <see cref="RouterPorts"/> say where it listens once it has started.</summary>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public static IHost Build(RouterOptions options, Action<ILoggingBuilder> logging)
    {
        options.Validate();
        options = options with { Bus = options.Bus with { Json = ProtocolJson.Default.Options, Name = "router" } };
        var ports = new RouterPorts();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        logging(builder.Logging);
        AddServices(builder.Services, options, ports);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.UseSockets(sockets =>
        {
            // Nothing in the proxy blocks, so that a connection's work may run where its bytes arrive.
            sockets.UnsafePreferInlineScheduling = true;
            sockets.MaxReadBufferSize = options.Limits.MaxHeadBytes;
            sockets.Backlog = 4096;
        });
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options, ports));
        var app = builder.Build();
        app.Run(app.Services.GetRequiredService<StatusEndpoints>().HandleAsync);
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
        services.AddSingleton<StatusEndpoints>();
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
        services.AddHostedService<TcpRouter>();
        services.AddHostedService<RegistrationListener>();
        services.AddHostedService<Pruner>();
        services.AddHostedService<AccessLogPublisher>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
    }

    private static void Listen(KestrelServerOptions kestrel, RouterOptions options, RouterPorts ports)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.Limits.MaxConnections;
        if (options.HttpPort is { } http) ListenOn(http, nameof(RouterPorts.Http), l => l.UseConnectionHandler<ProxyConnectionHandler>());
        if (options.HttpsPort is { } https)
        {
            var certificates = kestrel.ApplicationServices.GetRequiredService<CertificateStore>();
            ListenOn(https, nameof(RouterPorts.Https), l => l
                .UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = hello => ValueTask.FromResult(certificates.Find(hello.ClientHelloInfo.ServerName)),
                    HandshakeTimeout = options.Limits.HandshakeTimeout,
                })
                .UseConnectionHandler<ProxyConnectionHandler>());
        }
        if (options.StatusPort is { } status)
            kestrel.Listen(IPAddress.Loopback, status, l => ports.Add(nameof(RouterPorts.Status), () => l.EndPoint));

        void ListenOn(int port, string name, Action<ListenOptions> configure)
        {
            void ConfigureOne(ListenOptions listen)
            {
                ports.Add(name, () => listen.EndPoint);
                listen.Protocols = HttpProtocols.Http1;
                configure(listen);
            }

            if (options.ListenAddresses.Count == 0) kestrel.ListenAnyIP(port, ConfigureOne);
            foreach (var address in options.ListenAddresses) kestrel.Listen(IPAddress.Parse(address), port, ConfigureOne);
        }
    }
}
