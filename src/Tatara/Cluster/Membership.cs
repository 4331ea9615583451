using System.Security.Cryptography.X509Certificates;
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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private const int MaxAnswerBytes = 16 * 1024 * 1024;

    /// <summary>Renewed with a third of the life left: a month for whoever has to notice that it fails.</summary>
    private const double RenewWithLeft = 1.0 / 3;

    private static readonly Uri s_authority = new($"https://{PeerName.OfRole(PeerRole.Authority)}");
    private string? _trouble;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var network = new PeerNetwork(new PeerTls(host.Identity.FilesOf(role)), host.PortOf);
        using var client = new HttpClient(PeerNetwork.CreateHandler(network)) { BaseAddress = s_authority, Timeout = Patience, MaxResponseContentBufferSize = MaxAnswerBytes };
        using var timer = new PeriodicTimer(Interval);
        do
        {
            try
            {
                if (!host.Roles.Contains(PeerRole.Authority)) await FollowAsync(client, stoppingToken);
                if (IsDue()) await RenewAsync(client, stoppingToken);
                _trouble = null;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or System.Text.Json.JsonException || (e is OperationCanceledException && !stoppingToken.IsCancellationRequested))
            {
                if (_trouble != e.Message) Log.Away(logger, e.Message);
                _trouble = e.Message;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task FollowAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var text = MemberList.Parse(await client.GetStringAsync("/members", cancellationToken)) + "\n";
        if (text != await File.ReadAllTextAsync(host.Identity.MembersFile, cancellationToken)) AtomicFile.Write(host.Identity.MembersFile, text, secret: false);
    }

    private bool IsDue()
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(host.Identity.CertificateFile(role));
        var left = certificate.NotAfter - DateTime.Now;
        return left < (certificate.NotAfter - certificate.NotBefore) * RenewWithLeft;
    }

    private async Task RenewAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var key = HostKey.Create();
        using var response = await client.PostAsJsonAsync("/renew", new RenewRequest(key.Request()), JoinJson.Default.RenewRequest, cancellationToken);
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync(JoinJson.Default.RenewAnswer, cancellationToken) ?? throw new HttpRequestException("The answer is empty.");
        host.Identity.Write(key.Pem, answer.Certificates);
        Log.Renewed(logger, host.Name);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The authority is away ({Reason}); going on with the members that are known")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Host} has new certificates")]
        public static partial void Renewed(ILogger logger, string host);
    }
}
