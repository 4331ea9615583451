using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Tatara.Router.Loops;
using Tatara.Router.Loops.Secure;
using Tatara.Router.Tls;

namespace Tatara.Router.Proxy;

/// <summary>Asks the TLS options whether a client's certificate will do. To build its chain may take a while, and is not the loop's work.</summary>
internal static class ClientCertificateCheck
{
    public static async ValueTask<bool> PassesAsync(SecureSocket socket, ClientAddress client)
    {
        if (socket.Options is not { ClientCertificateRequired: true } options) return true;
        var certificate = socket.PeerCertificate();
        var check = new Check(socket.Loop, () => Passes(options, certificate));
        await check;
        if (check.Passes && certificate is not null) client.Certificate = ForwardedClientCert.ValueOf(certificate);
        return check.Passes;
    }

    private static bool Passes(SslServerAuthenticationOptions options, byte[]? der)
    {
        using var certificate = der is null ? null : X509CertificateLoader.LoadCertificate(der);
        return ClientCertificates.Accepts(options, certificate, []);
    }

    /// <summary>Runs on another thread and goes on, on the loop.</summary>
    private sealed class Check(Loop loop, Func<bool> check) : INotifyCompletion
    {
        public bool Passes { get; private set; }

        public bool IsCompleted => false;

        public Check GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => ThreadPool.QueueUserWorkItem(_ =>
        {
            try
            {
                Passes = check();
            }
            catch (System.Security.Cryptography.CryptographicException)
            {
                // It is no certificate.
            }
            loop.Post(continuation);
        });
    }
}
