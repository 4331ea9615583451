using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tatara.Router.Loops;
using Tatara.Router.Proxy;
using Tatara.Router.Status;
using Endpoint = Tatara.Router.Registry.Endpoint;

namespace Tatara.Router.Http2;

/// <summary>What Kestrel does with a request: it came from an HTTP/2 client, is for an HTTP/2 endpoint, or asks for the router's status.</summary>
internal sealed partial class Http2Gateway(ProxyServer proxy, RouterOptions options, StatusEndpoints status, ILogger<Http2Gateway> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (context.Features.Get<ClientAddress>() is { } client) await ServeAsync(context, c => ServeClientAsync(c, client));
        else if (context.Features.Get<Endpoint>() is { } endpoint) await ServeAsync(context, c => EndpointRequest.ForwardAsync(c, endpoint));
        else await status.HandleAsync(context);
    }

    private async Task ServeClientAsync(HttpContext context, ClientAddress client)
    {
        var (own, other) = Native.CreatePair();
        using var socket = new Socket(new SafeSocketHandle(own, ownsHandle: true));
        proxy.Adopt(other, client);
        await new ClientStream(context, socket, options.Limits).RunAsync();
    }

    /// <summary>What breaks off on one side is broken off on the other.</summary>
    private async Task ServeAsync(HttpContext context, Func<HttpContext, Task> serve)
    {
        try
        {
            await serve(context);
        }
        catch (Exception e) when (e is IOException or SocketException or HttpRequestException or OperationCanceledException or ObjectDisposedException)
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
