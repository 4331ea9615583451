using Tatara.Router.Proxy.Http1;
using Tatara.Router.Registry;
using Tatara.Router.RouteServices;
using Tatara.Router.Tls;

namespace Tatara.Router.Proxy;

/// <summary>
/// Writes a request head as the endpoint gets it: the client's fields, without those that concern this hop alone or
/// belong to the router, then the router's own.
/// </summary>
internal static class RequestWriter
{
    /// <summary>Bounds what is added: ids of 128 bytes at most, addresses, numbers and names.</summary>
    public const int AddedBytes = 4096;

    public static int MaxLength(HeadBuffer head, Exchange exchange) =>
        head.HeadLength + AddedBytes + (exchange.Rewrite?.Length ?? 0) + (exchange.Client.Certificate?.Length ?? 0);

    public static int Write(Exchange exchange, Endpoint endpoint, RouterOptions options, Span<byte> output)
    {
        var request = exchange.Request;
        var rewrite = exchange.Rewrite;
        var certificate = ForwardedClientCert.Decide(
            options.ForwardedClientCert, exchange.Client.Certificate is not null, exchange.Client.IsHttps, ReferenceEquals(rewrite, RequestRewrite.ToApp));
        var writer = new SpanWriter(output);
        writer.Write(request[request.Method]);
        writer.Write(" "u8);
        writer.Write(rewrite?.Target ?? request[request.Target]);
        writer.Write(" HTTP/1.1\r\n"u8);
        writer.WriteField("Host"u8, rewrite?.Authority ?? request[request.Authority]);
        foreach (var field in request.Fields)
        {
            var passes = field.Id == FieldId.ForwardedClientCert ? certificate.PassesOn : IsPassedOn(exchange, field, options.Tracing);
            if (passes && (rewrite is null || !RouteServiceGate.IsOwn(request[field.Name]))) writer.WriteField(request[field.Name], request[field.Value]);
        }
        WriteFraming(request, ref writer);
        WriteForwarding(exchange, endpoint, ref writer);
        if (certificate.Adds) writer.WriteField("X-Forwarded-Client-Cert"u8, exchange.Client.Certificate);
        TraceContext.Write(exchange, options.Tracing, ref writer);
        if (rewrite is not null) writer.Write(rewrite.Fields);
        writer.Write("\r\n"u8);
        return writer.Written;
    }

    private static bool IsPassedOn(Exchange exchange, in HeaderField field, Tracing tracing) => field.Id switch
    {
        FieldId.Other => !exchange.Request.IsNominated(field),
        FieldId.Cookie or FieldId.UserAgent or FieldId.Referer or FieldId.RequestStart or FieldId.AppInstance or FieldId.Trailer or FieldId.SetCookie => true,
        FieldId.Expect => exchange.Request.MinorVersion == 1,
        FieldId.ForwardedHost or FieldId.Forwarded or FieldId.RealIp => exchange.Client.Trust != ForwardedTrust.None,
        FieldId.TraceParent or FieldId.TraceState or FieldId.B3 or FieldId.B3TraceId or FieldId.B3SpanId => !TraceContext.Replaces(exchange.Request, field.Id, tracing),
        _ => false,
    };

    private static void WriteFraming(RequestHead request, ref SpanWriter writer)
    {
        if (request.IsChunked) writer.Write("Transfer-Encoding: chunked\r\n"u8);
        else if (request.ContentLength >= 0) writer.WriteField("Content-Length"u8, request.ContentLength);
        var te = request.Find(FieldId.Te);
        if (!te.IsEmpty && Head.HasOption(request[te], "trailers"u8)) writer.Write("TE: trailers\r\n"u8);
        if (request.Upgrade.IsEmpty) return;
        writer.Write("Connection: Upgrade\r\n"u8);
        writer.WriteField("Upgrade"u8, request[request.Upgrade]);
    }

    private static void WriteForwarding(Exchange exchange, Endpoint endpoint, ref SpanWriter writer)
    {
        var (request, client) = (exchange.Request, exchange.Client);
        writer.Write("X-Forwarded-For: "u8);
        foreach (var field in request.Fields)
        {
            if (field.Id != FieldId.ForwardedFor || field.Value.IsEmpty || client.Trust == ForwardedTrust.None) continue;
            writer.Write(request[field.Value]);
            writer.Write(", "u8);
        }
        writer.Write(client.Ip);
        writer.Write("\r\n"u8);
        var (proto, port) = (request.Find(FieldId.ForwardedProto), request.Find(FieldId.ForwardedPort));
        var isTrusted = client.Trust == ForwardedTrust.Full;
        writer.WriteField("X-Forwarded-Proto"u8, isTrusted && !proto.IsEmpty ? request[proto] : client.Scheme);
        if (isTrusted && !port.IsEmpty) writer.WriteField("X-Forwarded-Port"u8, request[port]);
        else writer.WriteField("X-Forwarded-Port"u8, client.LocalPort);
        if (request.Find(FieldId.RequestStart).IsEmpty) writer.WriteField("X-Request-Start"u8, exchange.StartedAt.ToUnixTimeMilliseconds());
        writer.Write("X-Vcap-Request-Id: "u8);
        writer.Write(exchange.RequestId);
        writer.Write("\r\n"u8);
        writer.Write(endpoint.Texts.Fields);
    }
}
