using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Tatara.Router.Loops;
using Tatara.Router.Proxy;

namespace Tatara.Router.Http2;

/// <summary>What Kestrel does with the request of an HTTP/2 client.</summary>
internal sealed partial class Http2Gateway(ProxyServer proxy, RouterOptions options, ILogger<Http2Gateway> logger)
{
    /// <summary>What breaks off on one side is broken off on the other.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var (own, other) = Native.CreatePair();
        using var socket = new Socket(new SafeSocketHandle(own, ownsHandle: true));
        proxy.Adopt(other, context.Features.GetRequiredFeature<ClientAddress>());
        try
        {
            await new ClientStream(context, socket, options.Limits).RunAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            Log.BrokenOff(logger, e.Message);
            context.Abort();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "An HTTP/2 exchange broke off: {Reason}")]
        public static partial void BrokenOff(ILogger logger, string reason);
    }
}
