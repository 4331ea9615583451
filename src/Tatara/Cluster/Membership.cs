using System.Net;
using System.Security.Cryptography;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Peers;

namespace Tatara.Cluster;

/// <summary>
/// Keeps what a host knows of the others as new as the authority's: who is a member, and certificates that do not run out. While the
/// authority is away everything goes on with what is known.
/// </summary>
internal sealed partial class Membership(HostConfiguration host, string role, ILogger<Membership> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>A host that was removed has nothing to ask: it only looks whether that was put right, by a backup for instance.</summary>
    private static readonly TimeSpan RemovedInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private const int MaxAnswerBytes = 16 * 1024 * 1024;

    private static readonly Uri s_authority = new($"https://{PeerName.OfRole(PeerRole.Authority)}");
    private string? _trouble;
    private bool _isRemoved;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var network = new PeerNetwork(new PeerTls(host.Identity.FilesOf(role)), host.PortOf);
        using var client = new HttpClient(PeerNetwork.CreateHandler(network)) { BaseAddress = s_authority, Timeout = Patience, MaxResponseContentBufferSize = MaxAnswerBytes };
        var renewal = new Renewal(host, role, logger);
        using var timer = new PeriodicTimer(Interval);
        do
        {
            try
            {
                if (!host.Roles.Contains(PeerRole.Authority)) await FollowAsync(client, stoppingToken);
                await renewal.RunAsync(client, stoppingToken);
                (_trouble, _isRemoved, timer.Period) = (null, false, Interval);
            }
            catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.Forbidden)
            {
                if (!_isRemoved) Log.Removed(logger, host.Name, host.File);
                (_isRemoved, timer.Period) = (true, RemovedInterval);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or CryptographicException or System.Text.Json.JsonException || (e is OperationCanceledException && !stoppingToken.IsCancellationRequested))
            {
                var trouble = renewal.FindWarning() is { } warning ? $"{e.Message}; {warning}" : e.Message;
                if (_trouble != trouble && !_isRemoved) Log.Away(logger, trouble);
                _trouble = trouble;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task FollowAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var text = MemberList.Parse(await client.GetStringAsync("/members", cancellationToken)) + "\n";
        if (text != await File.ReadAllTextAsync(host.Identity.MembersFile, cancellationToken)) AtomicFile.Write(host.Identity.MembersFile, text, secret: false);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The authority is away ({Reason}); going on with the members that are known")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Host} was removed from the platform: nobody answers it any more. Stop its roles, and remove what is left of it: tatara destroy --config {File}")]
        public static partial void Removed(ILogger logger, string host, string file);
    }
}
