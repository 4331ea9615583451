using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Tatara.Router.Tests.Support;

/// <summary>HTTP clients that find every name at the router and trust self-signed certificates.</summary>
public static class TestClients
{
    public static SocketsHttpHandler Handler(IPEndPoint router, Action<string>? seeCertificate = null) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                seeCertificate?.Invoke(certificate!.Subject);
                return certificate!.Issuer == certificate.Subject;
            },
        },
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(router, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };
}
