using System.Net;
using Tatara.Bus;
using Tatara.Hosts;
using Tatara.Peers;

namespace Tatara.Cluster;

/// <summary>This host's nats-server, which follows the list of members: a new one is let in, one that was removed is cut off.</summary>
internal sealed class ClusterBus(HostConfiguration host, string password, ILoggerFactory loggers) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopping = new();
    private readonly NatsServerProcess _server = new(
        Path.Combine(host.Platform.Data, "bus"), new IPEndPoint(IPAddress.Parse(host.Address), host.Platform.BusPort),
        () => BusConfiguration.OfHost(host, MemberList.Read(host.Identity.MembersFile), password), loggers.CreateLogger<NatsServerProcess>());
    private Task _following = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _server.StartAsync(cancellationToken);
        _following = FollowAsync(loggers.CreateLogger<ClusterBus>(), _stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task FollowAsync(ILogger logger, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                _server.Reload();
            }
            catch (Exception e) when (e is IOException or System.Text.Json.JsonException)
            {
                logger.LogWarning("The bus does not follow the list of members: {Reason}", e.Message);
            }
        }
    }
}
