using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tatara.Router.Tls;

/// <summary>Whether clients are asked for certificates, and whose are believed.</summary>
/// <param name="IsRequired">A client without one is turned away. False: it may come without, but not with a false one.</param>
/// <param name="AuthoritiesFile">PEM: the authorities whose certificates are believed.</param>
public sealed record ClientCertificates(bool IsRequired, string AuthoritiesFile)
{
    /// <summary>Makes a server ask for them.</summary>
    /// <exception cref="ArgumentException">The file has no certificates.</exception>
    internal Action<SslServerAuthenticationOptions> Prepare()
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(AuthoritiesFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"The authorities of client certificates in {AuthoritiesFile} cannot be read: {e.Message}", e);
        }
        if (authorities.Count == 0) throw new ArgumentException($"{AuthoritiesFile} contains no certificate of an authority.");
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2")); // Made for clients.
        return options =>
        {
            options.ClientCertificateRequired = true;
            options.CertificateChainPolicy = policy;
            options.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                certificate is null ? !IsRequired : errors == SslPolicyErrors.None;
        };
    }
}
