using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.Router.OwnAnswers;
using Tatara.Router.Registry;
using Tatara.Router.Tls;

namespace Tatara.Router.Acme;

/// <summary>Orders a certificate for each name that has a route and none yet, and again before one ends.</summary>
internal sealed partial class AcmeRenewer(
    RouterOptions options, RouteRegistry registry, CertificateStore certificates, AcmeChallenges challenges, TimeProvider time, ILogger<AcmeRenewer> logger) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    private readonly Dictionary<string, (int Failures, DateTimeOffset NextTry)> _failed = new(StringComparer.Ordinal);
    private bool _isFull;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Acme is not { } acme) return;
        var patterns = new NamePatterns(acme.Names);
        AcmeClient? client = null;
        using var http = CreateHttp(acme);
        using var timer = new PeriodicTimer(acme.CheckInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var name in AcmeNames.Wanted(registry.Table.Routes.Select(r => r.Key), patterns).ToList())
            {
                if (!IsDue(name, acme)) continue;
                try
                {
                    client ??= CreateClient(http, acme);
                    await OrderAsync(client, name, acme, stoppingToken);
                }
                catch (Exception e) when (e is AcmeException or HttpRequestException or IOException or UnauthorizedAccessException
                    || (e is OperationCanceledException && !stoppingToken.IsCancellationRequested))
                {
                    Postpone(name, acme, e.Message);
                }
            }
        }
    }

    private bool IsDue(string name, AcmeOptions acme)
    {
        var now = time.GetUtcNow();
        if (_failed.TryGetValue(name, out var failed) && now < failed.NextTry) return false;
        if (certificates.FindIssued(name) is { } issued) return issued.NotAfter - now < (acme.RenewBefore ?? LifeOf(issued.Certificate) / 3);
        var count = Directory.Exists(acme.Folder) ? Directory.EnumerateFiles(acme.Folder, "*.pem").Count() : 0;
        if (count < acme.MaxCertificates) return true;
        if (!_isFull) Log.Full(logger, count, name);
        _isFull = true;
        return false;
    }

    private async Task OrderAsync(AcmeClient client, string name, AcmeOptions acme, CancellationToken cancellationToken)
    {
        Log.Ordering(logger, name, acme.Directory);
        SecretFile.Write(Path.Combine(acme.Folder, name + ".pem"), await client.OrderAsync(name, cancellationToken));
        _failed.Remove(name);
        certificates.Refresh();
        Log.Issued(logger, name);
    }

    private void Postpone(string name, AcmeOptions acme, string reason)
    {
        var failures = _failed.TryGetValue(name, out var failed) ? failed.Failures + 1 : 1;
        var pause = TimeSpan.FromTicks((long)Math.Min(LongestPause.Ticks, acme.RetryAfter.Ticks * Math.Pow(2, failures - 1)));
        _failed[name] = (failures, time.GetUtcNow() + pause);
        Log.Failed(logger, name, reason, pause);
    }

    private static TimeSpan LifeOf(X509Certificate2 certificate) => certificate.NotAfter - certificate.NotBefore;

    private AcmeClient CreateClient(HttpClient http, AcmeOptions acme)
    {
        var key = AcmeAccountKey.LoadOrCreate(Path.Combine(acme.Folder, "account.key"));
        return new AcmeClient(new AcmeConnection(http, acme.Directory, key), key, challenges, acme, time);
    }

    private static HttpClient CreateHttp(AcmeOptions acme)
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        if (acme.AuthoritiesFile is { } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(file);
            handler.SslOptions.CertificateChainPolicy = policy;
        }
        var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(30), MaxResponseContentBufferSize = AcmeConnection.MaxAnswerBytes };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("tatara");
        return http;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Ordering a certificate for {Name} from {Directory}.")]
        public static partial void Ordering(ILogger logger, string name, Uri directory);

        [LoggerMessage(Level = LogLevel.Information, Message = "The certificate for {Name} is there.")]
        public static partial void Issued(ILogger logger, string name);

        [LoggerMessage(Level = LogLevel.Error, Message = "No certificate for {Name} yet: {Reason} It is tried again in {Pause}.")]
        public static partial void Failed(ILogger logger, string name, string reason, TimeSpan pause);

        [LoggerMessage(Level = LogLevel.Error, Message = "There are {Count} ordered certificates, as many as may be; {Name} gets none.")]
        public static partial void Full(ILogger logger, int count, string name);
    }
}
