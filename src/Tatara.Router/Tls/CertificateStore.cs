using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tatara.Router.Tls;

/// <summary>The certificates of the router's names. A client gets the one for the name it asks for.</summary>
internal sealed class CertificateStore
{
    private readonly Dictionary<string, SslServerAuthenticationOptions> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly SslServerAuthenticationOptions _default;

    private CertificateStore(SslServerAuthenticationOptions @default) => _default = @default;

    /// <exception cref="ArgumentException">A file is missing or is not what it should be; says which.</exception>
    public static CertificateStore Load(IReadOnlyList<CertificateFiles> files)
    {
        CertificateStore? store = null;
        foreach (var file in files)
        {
            var (certificate, options) = LoadOne(file);
            store ??= new CertificateStore(options);
            foreach (var name in NamesOf(certificate)) store._byName.TryAdd(name, options);
        }
        return store ?? throw new ArgumentException("HTTPS needs a certificate.", nameof(files));
    }

    /// <summary>The exact name, else the wildcard above it, else the first certificate.</summary>
    public SslServerAuthenticationOptions Find(string? name)
    {
        if (string.IsNullOrEmpty(name)) return _default;
        if (_byName.TryGetValue(name, out var exact)) return exact;
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _byName.TryGetValue("*" + name[dot..], out var wildcard) ? wildcard : _default;
    }

    private static (X509Certificate2 Certificate, SslServerAuthenticationOptions Options) LoadOne(CertificateFiles files)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(files.CertificateFile);
            return (certificate, new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"The certificate in {files.CertificateFile} with the key in {files.KeyFile} cannot be used: {e.Message}", e);
        }
    }

    private static List<string> NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames()).ToList();
        return names.Count > 0 ? names : [certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)];
    }
}
