using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Tatara.Router.Tests.Tls;

/// <summary>Clients that look at what the router shows them.</summary>
internal static class Handshakes
{
    /// <summary>Subject of the certificate that a client gets who asks for the name.</summary>
    public static async Task<string> SubjectAsync(IPEndPoint router, string name, X509Certificate2? client = null)
    {
        await using var tls = await ConnectAsync(router, name, client);
        return tls.RemoteCertificate!.Subject;
    }

    public static async Task<SslStream> ConnectAsync(IPEndPoint router, string name, X509Certificate2? client = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(router);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true), false, (_, shown, _, _) => shown is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name, ClientCertificateContext = client is null ? null : SslStreamCertificateContext.Create(client, null, offline: true),
        });
        return tls;
    }
}
