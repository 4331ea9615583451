using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tatara.Router.Tls;

/// <summary>Whether clients are asked for certificates, and whose are believed.</summary>
/// <param name="IsRequired">A client without one is turned away. False: it may come without, but not with a false one.</param>
/// <param name="AuthoritiesFile">PEM: the authorities whose certificates are believed.</param>
public sealed record ClientCertificates(bool IsRequired, string AuthoritiesFile)
{
    /// <summary>Made for clients (RFC 5280, 4.2.1.12).</summary>
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Makes a server ask for them.</summary>
    /// <exception cref="ArgumentException">The file has no certificates.</exception>
    internal Action<SslServerAuthenticationOptions> Prepare()
    {
        var policy = CreatePolicy();
        return options =>
        {
            options.ClientCertificateRequired = true;
            options.CertificateChainPolicy = policy;
            options.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                certificate is null ? !IsRequired : errors == SslPolicyErrors.None;
        };
    }

    /// <summary>The same decision for handshakes that are not SslStream's.</summary>
    /// <param name="shown">What the client showed; null: nothing.</param>
    /// <param name="further">What it sent along to lead to an authority.</param>
    internal static bool Accepts(SslServerAuthenticationOptions options, X509Certificate2? shown, X509Certificate2Collection further)
    {
        if (!options.ClientCertificateRequired) return true;
        using var chain = new X509Chain { ChainPolicy = options.CertificateChainPolicy!.Clone() };
        chain.ChainPolicy.ExtraStore.AddRange(further);
        var errors = shown is null ? SslPolicyErrors.RemoteCertificateNotAvailable : chain.Build(shown) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
        return options.RemoteCertificateValidationCallback!(options, shown, chain, errors);
    }

    private X509ChainPolicy CreatePolicy()
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
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return policy;
    }
}
