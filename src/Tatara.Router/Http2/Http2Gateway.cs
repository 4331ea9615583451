using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tatara.Router.Loops;
using Tatara.Router.Proxy;
using Tatara.Router.Status;

namespace Tatara.Router.Http2;

/// <summary>What Kestrel does with a request: it came from an HTTP/2 client, or asks for the router's status.</summary>
internal sealed partial class Http2Gateway(ProxyServer proxy, RouterOptions options, StatusEndpoints status, ILogger<Http2Gateway> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (context.Features.Get<ClientAddress>() is { } client) await ServeAsync(context, client);
        else await status.HandleAsync(context);
    }

    /// <summary>What breaks off on one side is broken off on the other.</summary>
    private async Task ServeAsync(HttpContext context, ClientAddress client)
    {
        var (own, other) = Native.CreatePair();
        using var socket = new Socket(new SafeSocketHandle(own, ownsHandle: true));
        proxy.Adopt(other, client);
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
