using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tatara.Router.Tls;

/// <summary>A certificate with its key and chain, ready for handshakes.</summary>
internal sealed class TlsCertificate
{
    private TlsCertificate(X509Certificate2 certificate, SslServerAuthenticationOptions options)
    {
        (Certificate, Options) = (certificate, options);
        Names = NamesOf(certificate);
    }

    /// <summary>With its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>How to greet a client with it. The same object each time: sessions can be resumed only within one.</summary>
    public SslServerAuthenticationOptions Options { get; }

    /// <summary>DNS names, with wildcards.</summary>
    public IReadOnlyList<string> Names { get; }

    public DateTimeOffset NotAfter => Certificate.NotAfter.ToUniversalTime();

    /// <param name="protocols">What the router speaks, best first.</param>
    /// <param name="configure">What holds for all certificates.</param>
    /// <exception cref="ArgumentException">A file is missing or is not what it should be; says which.</exception>
    public static TlsCertificate Load(CertificateFiles files, IReadOnlyList<SslApplicationProtocol> protocols, Action<SslServerAuthenticationOptions> configure)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(files.CertificateFile);
            var options = new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ApplicationProtocols = [.. protocols],
            };
            configure(options);
            return new TlsCertificate(certificate, options);
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
