using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Endpoint = Tatara.Router.Registry.Endpoint;

namespace Tatara.Router.Http2;

/// <summary>A request that a loop sends to an endpoint of HTTP/2, as HTTP/1.1: told to the endpoint in its own language.</summary>
internal static class EndpointRequest
{
    private static readonly HashSet<string> OfTheHop = new(StringComparer.OrdinalIgnoreCase) { "Connection", "Transfer-Encoding", "Keep-Alive", "Proxy-Connection", "Upgrade", "Host" };

    public static async Task ForwardAsync(HttpContext context, Endpoint endpoint)
    {
        var cancellation = context.RequestAborted;
        using var request = Create(context, endpoint);
        using var response = await endpoint.Http2.Value.SendAsync(request, cancellation);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
            if (!OfTheHop.Contains(name)) foreach (var value in values) context.Response.Headers.Append(name, value);
        await context.Response.BodyWriter.FlushAsync(cancellation);
        await using (var body = await response.Content.ReadAsStreamAsync(cancellation))
            await CopyAsync(body, context.Response.BodyWriter.AsStream(leaveOpen: true), cancellation);
        foreach (var (name, values) in response.TrailingHeaders.NonValidated)
            foreach (var value in values) context.Response.AppendTrailer(name, value);
    }

    private static HttpRequestMessage Create(HttpContext context, Endpoint endpoint)
    {
        var (host, path) = (context.Request.Host.Value, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri($"http://{endpoint.Address}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true) request.Content = new RelayedBody(context);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (OfTheHop.Contains(name)) continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        request.Headers.Host = host;
        return request;
    }

    /// <summary>Each piece goes on at once: a stream's messages are waited for.</summary>
    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            await to.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            await to.FlushAsync(cancellationToken);
        }
    }

    /// <summary>The request's body as it comes, with no end before the client's.</summary>
    private sealed class RelayedBody(HttpContext context) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? transport) => SerializeToStreamAsync(stream, transport, default);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? transport, CancellationToken cancellationToken) =>
            CopyAsync(context.Request.Body, stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = context.Request.ContentLength ?? 0;
            return context.Request.ContentLength is not null;
        }
    }
}
