using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tatara.Tls;

/// <summary>
/// The platform's own certificate authority and the router's certificate. The authority is constrained to the system
/// domain (RFC 5280, 4.2.1.10), so that trusting it on a machine gives it power over nothing else.
/// </summary>
internal sealed class CertificateAuthority(string directory, string domain, TimeProvider time)
{
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);

    /// <summary>Browsers refuse server certificates that live longer than 398 days.</summary>
    private static readonly TimeSpan CertificateLife = TimeSpan.FromDays(397);

    /// <summary>A certificate with less than this left is made anew, unless more is asked for.</summary>
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    public string AuthorityFile => Path.Combine(directory, "ca.crt");
    public string CertificateFile => Path.Combine(directory, "router.crt");
    public string KeyFile => Path.Combine(directory, "router.key");
    private string AuthorityKeyFile => Path.Combine(directory, "ca.key");

    /// <summary>Makes what is missing, about to expire or of another domain. True when anything was made.</summary>
    /// <param name="left">How long a certificate must live yet; null: the usual month.</param>
    public bool Ensure(TimeSpan? left = null)
    {
        var least = left ?? RenewBefore;
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var existing = TryLoad(AuthorityFile, AuthorityKeyFile);
        using var authority = existing is not null && IsFresh(existing, least) && Allows(existing) ? null : CreateAuthority();
        using var certificate = TryLoad(CertificateFile, KeyFile);
        if (authority is null && certificate is not null && IsFresh(certificate, least) && certificate.MatchesHostname("x." + domain)) return false;
        IssueCertificate(authority ?? existing!);
        return true;
    }

    private bool IsFresh(X509Certificate2 certificate, TimeSpan least) => certificate.NotAfter.ToUniversalTime() - time.GetUtcNow() > least;

    private bool Allows(X509Certificate2 authority) => authority.Subject == Subject;

    private string Subject => $"CN=Tatara CA for {domain}";

    private X509Certificate2 CreateAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(NameConstraints());
        var now = time.GetUtcNow();
        using var signed = request.CreateSelfSigned(now.AddHours(-1), now + AuthorityLife);
        Write(AuthorityKeyFile, key.ExportPkcs8PrivateKeyPem(), secret: true);
        Write(AuthorityFile, signed.ExportCertificatePem(), secret: false);
        return X509Certificate2.CreateFromPemFile(AuthorityFile, AuthorityKeyFile);
    }

    private void IssueCertificate(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=*.{domain}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("*." + domain);
        names.AddDnsName(domain);
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow();
        var end = now + CertificateLife;
        using var signed = request.Create(authority, now.AddHours(-1), end < authority.NotAfter ? end : authority.NotAfter, RandomNumberGenerator.GetBytes(16));
        Write(KeyFile, key.ExportPkcs8PrivateKeyPem(), secret: true);
        Write(CertificateFile, signed.ExportCertificatePem(), secret: false);
    }

    /// <summary>permittedSubtrees: the domain and everything below it, and no IP address at all.</summary>
    private X509Extension NameConstraints()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (writer.PushSequence())
                writer.WriteCharacterString(UniversalTagNumber.IA5String, domain, new Asn1Tag(TagClass.ContextSpecific, 2));
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
            {
                foreach (var size in (int[])[8, 32])
                    using (writer.PushSequence())
                        writer.WriteOctetString(new byte[size], new Asn1Tag(TagClass.ContextSpecific, 7));
            }
        }
        return new X509Extension("2.5.29.30", writer.Encode(), critical: true);
    }

    private static X509Certificate2? TryLoad(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception e) when (e is IOException or CryptographicException)
        {
            return null;
        }
    }

    private static void Write(string path, string text, bool secret) => Configuration.AtomicFile.Write(path, text + "\n", secret);
}
