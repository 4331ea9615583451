using System.Net.Http.Headers;
using System.Text;
using System.Threading.Channels;
using Tatara.Configuration;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;
using Tatara.Up;

namespace Tatara.Names;

/// <summary>
/// Keeps the hosts block equal to the system's names and every mapped route. Cloud Controller knows the routes; the bus
/// says when they may have changed.
/// </summary>
internal sealed class HostsKeeper(PlatformOptions options, Surroundings surroundings, Secrets secrets, ILogger<HostsKeeper> logger) : IAsyncDisposable
{
    public const string Path = "/etc/hosts";
    private static readonly string[] SystemNames = ["api", "uaa", "login", "log-cache"];

    /// <summary>A route that was mapped without any message about it is noticed within this time.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HostsFile _file = new(Path, options.Domain);
    private NatsConnection? _bus;
    private Task _running = Task.CompletedTask;

    private string Address => options.Listen == "0.0.0.0" ? "127.0.0.1" : options.Listen;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Write([]);
        _bus = new NatsConnection(surroundings.Bus(PeerRole.Operator, "names"));
        var registrations = await _bus.SubscribeCoreAsync<RouterRegistration>(Subjects.RouterRegister, cancellationToken: cancellationToken);
        var updates = await _bus.SubscribeCoreAsync<DropletUpdated>(Subjects.DropletUpdated, cancellationToken: cancellationToken);
        _running = Task.WhenAll(RunAsync(_stopping.Token), TriggerAsync(registrations, _stopping.Token), TriggerAsync(updates, _stopping.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_bus is not null) await _bus.DisposeAsync();
        try
        {
            _file.Write(Address, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("The names in {Path} could not be removed: {Reason}", Path, e.Message);
        }
        _stopping.Dispose();
    }

    private async Task TriggerAsync<T>(NatsSubscription<T> subscription, CancellationToken cancellationToken)
    {
        await foreach (var _ in subscription.ReadAllAsync(cancellationToken)) _changed.Writer.TryWrite(true);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = surroundings.CloudControllerUrl };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RoleHosts.BulkUser}:{secrets.BulkPassword}")));
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                Write(await client.GetFromJsonAsync<string[]>("/bulk/route_hosts", cancellationToken) ?? []);
            }
            catch (Exception e) when (e is HttpRequestException or System.Text.Json.JsonException)
            {
                logger.LogDebug("Cloud Controller does not tell the routes: {Reason}; asking again", e.Message);
            }
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            wait.CancelAfter(Interval);
            try
            {
                await _changed.Reader.ReadAsync(wait.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogTrace("Looking at the routes again");
            }
        }
    }

    private void Write(IEnumerable<string> routes)
    {
        var names = SystemNames.Select(name => $"{name}.{options.Domain}").Concat(routes.Where(IsPlainName)).ToHashSet(StringComparer.Ordinal);
        try
        {
            _file.Write(Address, names);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("{Path} cannot be written: {Reason}. Names must be resolved by other means (--no-hosts ends this message)", Path, e.Message);
        }
    }

    /// <summary>Wildcards cannot be written to a hosts file, and nothing but a name may.</summary>
    private static bool IsPlainName(string name) => Uri.CheckHostName(name) == UriHostNameType.Dns && !name.Contains('*', StringComparison.Ordinal);
}
