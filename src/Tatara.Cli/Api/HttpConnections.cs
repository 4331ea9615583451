using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Tatara.Cli.Api;

/// <summary>Makes the connections of one run: system trust, proxies from the environment, and loopback for *.localhost.</summary>
internal static class HttpConnections
{
    public static HttpMessageInvoker Create(bool skipSslValidation, TimeSpan dialTimeout, ServerIdentity identity)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = dialTimeout,
            UseCookies = false,
            ConnectCallback = DialAsync,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, errors) => identity.Accept(errors, skipSslValidation);
        return new HttpMessageInvoker(handler);
    }

    /// <summary>Names under localhost are this machine's (RFC 6761), though the C library's resolver may not know.</summary>
    private static async ValueTask<Stream> DialAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var target = context.DnsEndPoint;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (target.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase))
                await socket.ConnectAsync([IPAddress.Loopback, IPAddress.IPv6Loopback], target.Port, stop);
            else
                await socket.ConnectAsync(target, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>Judges servers' certificates and remembers why one was refused.</summary>
internal sealed class ServerIdentity
{
    public IdentityProblem Problem { get; private set; }

    public bool Accept(SslPolicyErrors errors, bool skipValidation)
    {
        if (errors == SslPolicyErrors.None || skipValidation) return true;
        Problem = errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? IdentityProblem.Untrusted : IdentityProblem.WrongName;
        return false;
    }
}

internal enum IdentityProblem
{
    None,
    WrongName,
    Untrusted,
}
