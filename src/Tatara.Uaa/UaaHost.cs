using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.Database;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;
using Tatara.Status;
using Tatara.Uaa.Clients;
using Tatara.Uaa.Data;
using Tatara.Uaa.Errors;
using Tatara.Uaa.Groups;
using Tatara.Uaa.Login;
using Tatara.Uaa.OpenId;
using Tatara.Uaa.Registration;
using Tatara.Uaa.Status;
using Tatara.Uaa.Tokens;
using Tatara.Uaa.Users;

namespace Tatara.Uaa;

/// <summary>The UAA role: who is who, and who may have which token.</summary>
public static class UaaHost
{
    /// <summary>Bodies here are forms and users: none is larger.</summary>
    private const int MaxBodyBytes = 256 * 1024;

    /// <summary>Its part of a PostgreSQL database.</summary>
    public const string DatabaseSchema = "uaa";

    /// <summary>Brings the tables at an address up to date, as a start does.</summary>
    public static Task MigrateAsync(DatabaseAddress address, ILogger logger, CancellationToken cancellationToken) =>
        UaaDatabase.Migrator(address, TimeProvider.System, logger).ApplyAsync(cancellationToken);

    /// <summary>Builds the role. Starting it needs no bus: host names are registered once there is one.</summary>
    public static IHost Build(UaaOptions options, Action<ILoggingBuilder> logging) => Build(options, logging, TimeProvider.System);

    internal static IHost Build(UaaOptions options, Action<ILoggingBuilder> logging, TimeProvider time)
    {
        options.Validate();
        Directory.CreateDirectory(options.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Tatara.Uaa" });
        logging(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            PeerNetwork.Listen(kestrel, options.Peers, options.BindAddress, options.Port);
        });
        AddServices(builder.Services, options, time);
        var app = builder.Build();
        PeerNetwork.RequireMembers(app, options.Peers);
        app.UseMiddleware<ErrorMiddleware>();
        app.UseRouting();
        Map(app);
        return app;
    }

    private static void AddServices(IServiceCollection services, UaaOptions options, TimeProvider time)
    {
        services.AddRoutingCore();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        services.Configure<FormOptions>(form => form.ValueCountLimit = 64);
        services.AddSingleton(UaaDatabase.Address(options));
        services.AddDbContextFactory<UaaDbContext>((provider, database) => database
            .Use(provider.GetRequiredService<DatabaseAddress>())
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking));
        services.TryAddSingleton(time);
        services.AddSingleton(options);
        services.AddSingleton(provider => new NatsConnection(
            options.Bus with { Json = ProtocolJson.Default.Options, Name = "uaa" }, provider.GetService<ILogger<NatsConnection>>()));
        services.AddSingleton<UaaUrls>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<ClientRegistry>();
        services.AddSingleton<ClientAuthenticator>();
        services.AddSingleton<UserStore>();
        services.AddSingleton<GroupStore>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<Lockout>();
        services.AddSingleton<PasswordLogin>();
        services.AddSingleton<RevokedTokens>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<TokenVerifier>();
        services.AddSingleton<CallerReader>();
        services.AddSingleton<TokenGranter>();
        services.AddHostedService<FirstUsers>();
        services.AddHostedService<RouterRegistrar>();
        services.AddSingleton<UaaCounters>().AddStatus<UaaStatus>(ComponentTypes.Uaa, options.Status with { Name = options.Status.Name ?? options.Bus.Name });
    }

    private static void Map(WebApplication app)
    {
        LoginInfoEndpoints.Map(app);
        TokenEndpoints.Map(app);
        TokenKeyEndpoints.Map(app);
        RevocationEndpoints.Map(app);
        UserEndpoints.Map(app);
        GroupEndpoints.Map(app);
        ClientEndpoints.Map(app);
        OpenIdEndpoints.Map(app);
    }
}
