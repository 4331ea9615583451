using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tatara.Configuration;
using Tatara.Peers;

namespace Tatara.Cluster;

/// <summary>
/// Vouches for the hosts of a platform to each other, and for nothing else: users meet the other authority, of <see cref="Tls"/>.
/// Its key stays in this folder of the founding host.
/// </summary>
internal sealed class ClusterAuthority(string directory, TimeProvider time)
{
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);

    /// <summary>How long a host may be away and still be let in.</summary>
    private static readonly TimeSpan CertificateLife = TimeSpan.FromDays(90);

    /// <summary>Clocks of two hosts may be apart by this much.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);

    private string KeyFile => Path.Combine(directory, "ca.key");

    public string CertificateFile => Path.Combine(directory, "ca.crt");

    public bool Exists => File.Exists(KeyFile);

    /// <summary>SHA-256 of a certificate, as tokens carry it.</summary>
    public static string FingerprintOf(X509Certificate2 authority) => Convert.ToHexStringLower(SHA256.HashData(authority.RawData));

    public X509Certificate2 Load() => X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile);

    public void Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Tatara cluster", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        using var signed = request.CreateSelfSigned(now - ClockTolerance, now + AuthorityLife);
        AtomicFile.Write(KeyFile, key.ExportPkcs8PrivateKeyPem() + "\n", secret: true);
        AtomicFile.Write(CertificateFile, signed.ExportCertificatePem() + "\n", secret: false);
    }

    /// <summary>A certificate for each role of a member, by role.</summary>
    public IReadOnlyDictionary<string, string> IssueAll(PublicKey key, Member member) => member.Roles.ToDictionary(role => role, role => Issue(key, member, role));

    /// <summary>A certificate for one role of a member. Of the request nothing is taken but the key: who signs decides on the names.</summary>
    private string Issue(PublicKey key, Member member, string role)
    {
        using var authority = Load();
        var name = new PeerName(member.Name, role);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name.Unique}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name.Unique);
        names.AddDnsName(PeerName.OfRole(role));
        names.AddIpAddress(IPAddress.Parse(member.Address));
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow();
        var end = now + CertificateLife;
        using var signed = request.Create(authority, now - ClockTolerance, end < authority.NotAfter ? end : authority.NotAfter, RandomNumberGenerator.GetBytes(16));
        return signed.ExportCertificatePem() + "\n";
    }
}
