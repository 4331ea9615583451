using System.Net;
using Tatara.Backup;
using Tatara.Bus;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Names;
using Tatara.Tls;

namespace Tatara.Up;

/// <summary>
/// The whole platform in one process, beside a nats-server. Stopping it stops no app: the next start finds them.
/// </summary>
internal sealed class Platform(PlatformOptions options, Action<ILoggingBuilder> logging) : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(8);

    private IHost? _router;

    private readonly ILoggerFactory _loggers = LoggerFactory.Create(logging);
    private readonly List<IHost> _hosts = [];
    private PlatformLock? _lock;
    private NatsServerProcess? _bus;
    private DeaProcesses? _deas;
    private HostsKeeper? _names;

    public Secrets Secrets { get; } = Secrets.LoadOrCreate(options.SecretsFile);

    /// <summary>Whether a platform runs on this data folder already.</summary>
    public static bool IsRunning(PlatformOptions options)
    {
        using var taken = PlatformLock.TryTake(LockFile(options));
        return taken is null || new HostIdentity(options.ClusterDirectory).RunningRoles.Any();
    }

    /// <summary>1. take the folder, 2. the bus, 3. all roles at once, 4. names, 5. wait until the API answers through the router.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _lock = PlatformLock.TryTake(LockFile(options))
            ?? throw new SetupException($"A Tatara runs on {options.Data} already.", "Use that one, or stop it first; --data and --ports-from start another beside it.");
        if (Directory.Exists(options.ClusterDirectory))
            throw new SetupException($"{options.Data} belongs to a host of many.", "Start it with its configuration: tatara run --config FILE");
        if (!Directory.Exists(options.StackDirectory))
            throw new SetupException($"There is no stack at {options.StackDirectory}.", "Run `./tatara quickstart` once: it makes it.");
        PortCheck.EnsureFree(options);
        ComponentDatabases.RequireChosen(options);
        ChosenBlobstore.RequireChosen(options);
        var authority = new CertificateAuthority(options.TlsDirectory, options.Domain, TimeProvider.System);
        authority.Ensure();
        await new TrustLayer(options.TrustLayer, PlatformOptions.UserIdBase).EnsureAsync(
            new Dictionary<string, string> { [$"tatara-{options.Domain}.crt"] = authority.AuthorityFile }, cancellationToken);

        _bus = new NatsServerProcess(
            Path.Combine(options.Data, "bus"), new IPEndPoint(IPAddress.Loopback, options.BusPort), () => BusConfiguration.OfMachine(options.BusPort, Secrets.BusPassword), _loggers.CreateLogger<NatsServerProcess>());
        await _bus.StartAsync(cancellationToken);

        var roles = new RoleHosts(options, Secrets, new OneMachine(options, Secrets), logging);
        Func<IHost>[] builders = [() => _router = roles.Router(), roles.Uaa, roles.CloudController, roles.LogCache, roles.HealthManager];
        if (options.Deas == 1) builders = [.. builders, () => roles.Dea(0)];
        else _deas = DeaProcesses.Start(options, _loggers.CreateLogger<DeaProcesses>());
        await Task.WhenAll(builders.Select(build => Task.Run(() => StartAsync(build, cancellationToken), cancellationToken)));

        if (options.WriteHosts)
        {
            _names = new HostsKeeper(options, new OneMachine(options, Secrets), Secrets, _loggers.CreateLogger<HostsKeeper>());
            await _names.StartAsync(cancellationToken);
        }
        await Readiness.WaitAsync(options, new OneMachine(options, Secrets), cancellationToken);
        _ = Task.Run(RemoveUnusedLayers, CancellationToken.None);
    }

    /// <summary>Stops everything but the apps, last what the others lean on.</summary>
    public async ValueTask DisposeAsync()
    {
        // First the router, with a patience of its own: requests under way need the others.
        if (_router is not null) await _router.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var patience = new CancellationTokenSource(StopPatience);
        if (_names is not null) await _names.DisposeAsync();
        if (_deas is not null) await _deas.DisposeAsync();
        await Task.WhenAll(_hosts.Select(host => host.StopAsync(patience.Token))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var host in _hosts) host.Dispose();
        if (_bus is not null) await _bus.DisposeAsync();
        _lock?.Dispose();
        _loggers.Dispose();
    }

    private static string LockFile(PlatformOptions options) => Path.Combine(options.Data, "tatara.lock");

    /// <summary>Nobody waits for it: it only makes room.</summary>
    private void RemoveUnusedLayers()
    {
        var logger = _loggers.CreateLogger<Platform>();
        foreach (var link in (string[])[options.StackDirectory, options.ToolchainDirectory, options.TrustLayer])
        {
            try
            {
                foreach (var removed in UnusedLayers.Remove(link, DateTime.UtcNow)) logger.LogInformation("Removed {Layer}, which no container uses any more", removed);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                logger.LogWarning(e, "Older builds of {Link} cannot be removed", link);
            }
        }
    }

    private async Task StartAsync(Func<IHost> build, CancellationToken cancellationToken)
    {
        var host = build();
        lock (_hosts) _hosts.Add(host);
        await host.StartAsync(cancellationToken);
    }
}
