using Tatara.Cluster;
using Tatara.Configuration;
using Tatara.Peers;
using Tatara.Up;

namespace Tatara.Hosts;

/// <summary>Some or all roles of one host of many, in this process. Stopping them stops no app.</summary>
internal sealed class RunningHost(HostConfiguration host, IReadOnlyList<string> roles, Action<ILoggingBuilder> logging) : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(8);

    private readonly ILoggerFactory _loggers = LoggerFactory.Create(logging);
    private readonly List<PlatformLock> _locks = [];
    private readonly List<IHost> _hosts = [];
    private readonly CancellationTokenSource _ended = new();
    private IHost? _router;
    private ClusterBus? _bus;

    /// <summary>Cancelled when a role ended by itself: a DEA that was drained does.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>1. take each role's place, 2. whom others lean on, 3. all other roles at once.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var role in roles) Take(role); // 1.
        PortCheck.EnsureFree(host, roles);
        var secrets = Secrets.LoadOrCreate(host.Platform.SecretsFile);
        var hosts = new RoleHosts(host.Platform, secrets, new OneOfMany(host), logging);
        if (roles.Contains(PeerRole.Bus)) // 2.
        {
            _bus = new ClusterBus(host, secrets.BusPassword, _loggers);
            await _bus.StartAsync(cancellationToken);
        }
        var builders = new Dictionary<string, Func<IHost>> // 3.
        {
            [PeerRole.Authority] = () => AuthorityHost.Build(host, logging),
            [PeerRole.Uaa] = hosts.Uaa,
            [PeerRole.CloudController] = hosts.CloudController,
            [PeerRole.LogCache] = hosts.LogCache,
            [PeerRole.HealthManager] = hosts.HealthManager,
            [PeerRole.Router] = () => _router = hosts.Router(),
            [PeerRole.Dea] = () => EndingWithIt(hosts.Dea()),
        };
        var starts = roles.Where(builders.ContainsKey).Select(role => builders[role]).Append(Membership);
        await Task.WhenAll(starts.Select(build => Task.Run(() => StartAsync(build, cancellationToken), cancellationToken)));
    }

    /// <summary>First the router, with a patience of its own: requests under way need the others. Last the bus.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_router is not null) await _router.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var patience = new CancellationTokenSource(StopPatience);
        await Task.WhenAll(_hosts.Select(each => each.StopAsync(patience.Token))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var each in _hosts) each.Dispose();
        if (_bus is not null) await _bus.DisposeAsync();
        foreach (var taken in _locks) taken.Dispose();
        _loggers.Dispose();
        _ended.Dispose();
    }

    private IHost Membership()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        logging(builder.Logging);
        builder.Services.AddHostedService(services => new Membership(host, roles[0], services.GetRequiredService<ILogger<Membership>>()));
        return builder.Build();
    }

    private void Take(string role)
    {
        var file = host.Identity.LockFile(role);
        var taken = PlatformLock.TryTake(file) ?? throw new SetupException(
            $"The role {role} runs on {host.Platform.Data} already{(PlatformLock.Holder(file) is { } pid ? $", as process {pid}" : "")}.", "A host runs each role once; stop that process first.");
        taken.WriteHolder();
        _locks.Add(taken);
    }

    private IHost EndingWithIt(IHost dea)
    {
        dea.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => _ = Task.Run(_ended.Cancel));
        return dea;
    }

    private async Task StartAsync(Func<IHost> build, CancellationToken cancellationToken)
    {
        var built = build();
        lock (_hosts) _hosts.Add(built);
        await built.StartAsync(cancellationToken);
    }
}
