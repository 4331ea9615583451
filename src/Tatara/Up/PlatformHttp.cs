using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Tatara.Configuration;
using Tatara.Tls;

namespace Tatara.Up;

/// <summary>HTTPS to this machine's own router: names need not resolve, the certificate has to be our CA's.</summary>
internal static class PlatformHttp
{
    public static HttpClient CreateClient(PlatformOptions options)
    {
        var address = options.Listen == "0.0.0.0" ? IPAddress.Loopback : IPAddress.Parse(options.Listen);
        var authority = X509CertificateLoader.LoadCertificateFromFile(
            new CertificateAuthority(options.TlsDirectory, options.Domain, TimeProvider.System).AuthorityFile);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(address, context.DnsEndPoint.Port, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { authority },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        return new HttpClient(handler);
    }
}
