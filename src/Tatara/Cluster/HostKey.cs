using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tatara.Cluster;

/// <summary>A host's private key: made where it is used, and never sent.</summary>
internal sealed class HostKey : IDisposable
{
    private readonly ECDsa _key;

    private HostKey(ECDsa key) => _key = key;

    public static HostKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>The one that a host has.</summary>
    public static HostKey Load(string file)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(file));
        return new HostKey(key);
    }

    public string Pem => _key.ExportPkcs8PrivateKeyPem() + "\n";

    public PublicKey Public => new(_key);

    /// <summary>PEM: a request whose signature proves that this host has the key. It claims no name.</summary>
    public string Request() => new CertificateRequest("CN=host", _key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    /// <summary>The key of a request, when its signature is right; otherwise null.</summary>
    public static PublicKey? KeyOf(string request)
    {
        try
        {
            var read = CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256);
            return read.PublicKey.GetECDsaPublicKey() is { KeySize: >= 256 } ? read.PublicKey : null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>SHA-256 of a public key.</summary>
    public static string PinOf(PublicKey key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    public void Dispose() => _key.Dispose();
}
