using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tatara.Hosts;
using Tatara.Up;

namespace Tatara.Cluster;

/// <summary>
/// Has the authority renew this host's certificates before they end. The key stays: whoever reads files one after the other, or is killed in between,
/// has a certificate that fits. Nothing is started again: each new connection is made with the newest certificate.
/// </summary>
/// <param name="role">Whose certificate is looked at; those of all roles are renewed together.</param>
internal sealed partial class Renewal(HostConfiguration host, string role, ILogger logger)
{
    /// <summary>Renewed with a third of the life left: a month for whoever has to notice that it fails.</summary>
    private const double RenewWithLeft = 1.0 / 3;

    /// <summary>What to add to a problem with the authority: when the certificates end, once they should have been renewed.</summary>
    public string? FindWarning()
    {
        try
        {
            using var certificate = Load();
            if (!IsDue(certificate)) return null;
            var left = certificate.NotAfter - DateTime.Now;
            return left > TimeSpan.Zero
                ? $"this host's certificates end on {certificate.NotAfter:yyyy-MM-dd}, in {left.TotalDays:0} days, and nobody renews them"
                : $"this host's certificates ended on {certificate.NotAfter:yyyy-MM-dd}: remove the host, and let it join anew by another name";
        }
        catch (Exception e) when (e is IOException or CryptographicException)
        {
            return null; // That there is none is the problem that is told of.
        }
    }

    /// <summary>1. when it is due, 2. by one process of this host, 3. for the same key, 4. into use.</summary>
    public async Task RunAsync(HttpClient authority, CancellationToken cancellationToken)
    {
        if (!IsDue()) return; // 1.
        using var taken = PlatformLock.TryTake(host.Identity.RenewalLockFile); // 2.
        if (taken is null || !IsDue()) return;
        using var key = HostKey.Load(host.Identity.KeyFile); // 3.
        using var response = await authority.PostAsJsonAsync("/renew", new RenewRequest(key.Request()), JoinJson.Default.RenewRequest, cancellationToken);
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync(JoinJson.Default.RenewAnswer, cancellationToken) ?? throw new HttpRequestException("The answer is empty.");
        if (answer.UserTls is not null) UserTls.Write(host.Platform.TlsDirectory, answer.UserTls); // 4.
        host.Identity.Write(answer.Certificates);
        Log.Renewed(logger, host.Name);
    }

    private X509Certificate2 Load() => X509CertificateLoader.LoadCertificateFromFile(host.Identity.CertificateFile(role));

    private bool IsDue()
    {
        using var certificate = Load();
        return IsDue(certificate);
    }

    private static bool IsDue(X509Certificate2 certificate) => certificate.NotAfter - DateTime.Now < (certificate.NotAfter - certificate.NotBefore) * RenewWithLeft;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Host} has new certificates")]
        public static partial void Renewed(ILogger logger, string host);
    }
}
