using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Proxy;

/// <summary>How a body ends.</summary>
internal enum Framing : byte
{
    None,
    Length,
    Chunked,
    UntilClose,
}

/// <summary>Writes a response head as the client gets it: at most twice as long as it came, as the attributes of one cookie may be copied to another.</summary>
internal static class ResponseWriter
{
    /// <summary>How the endpoint's body ends (RFC 9112 6.3).</summary>
    public static Framing FramingOf(Exchange exchange)
    {
        var response = exchange.Response;
        if (exchange.Request.IsHead || response.Status is 204 or 304) return Framing.None;
        if (response.IsChunked) return Framing.Chunked;
        return response.ContentLength >= 0 ? Framing.Length : Framing.UntilClose;
    }

    /// <param name="framing">Of the body that the client gets.</param>
    /// <param name="closes">Whether the connection to the client ends after this response.</param>
    public static int Write(Exchange exchange, Framing framing, bool closes, StickySessions sticky, Span<byte> output)
    {
        var (request, response) = (exchange.Request, exchange.Response);
        var writer = new SpanWriter(output);
        WriteStatusAndFields(response, ref writer);
        if (response.ContentLength >= 0 && response.Status != 204) writer.WriteField("Content-Length"u8, response.ContentLength);
        if (framing == Framing.Chunked) writer.Write("Transfer-Encoding: chunked\r\n"u8);
        if (closes) writer.Write("Connection: close\r\n"u8);
        else if (request.MinorVersion == 0) writer.Write("Connection: keep-alive\r\n"u8);
        sticky.WriteCookie(exchange, ref writer);
        WriteRequestId(exchange, ref writer);
        return writer.Written;
    }

    /// <summary>Writes a 1xx response, whose head is all there is.</summary>
    public static int WriteInterim(ResponseHead response, Span<byte> output)
    {
        var writer = new SpanWriter(output);
        WriteStatusAndFields(response, ref writer);
        writer.Write("\r\n"u8);
        return writer.Written;
    }

    /// <summary>Writes a 101, after which the connection speaks another protocol.</summary>
    public static int WriteSwitch(Exchange exchange, Span<byte> output)
    {
        var writer = new SpanWriter(output);
        WriteStatusAndFields(exchange.Response, ref writer);
        writer.Write("Connection: Upgrade\r\n"u8);
        writer.WriteField("Upgrade"u8, exchange.Response[exchange.Response.Find(FieldId.Upgrade)]);
        WriteRequestId(exchange, ref writer);
        return writer.Written;
    }

    private static void WriteStatusAndFields(ResponseHead response, ref SpanWriter writer)
    {
        writer.Write("HTTP/1.1 "u8);
        writer.Write(response[response.StatusText]);
        writer.Write("\r\n"u8);
        foreach (var field in response.Fields)
            if (IsPassedOn(response, field)) writer.WriteField(response[field.Name], response[field.Value]);
    }

    private static bool IsPassedOn(ResponseHead response, in HeaderField field) => field.Id switch
    {
        FieldId.Other => !response.IsNominated(field),
        FieldId.ContentLength or FieldId.TransferEncoding or FieldId.Connection or FieldId.KeepAlive or FieldId.ProxyConnection
            or FieldId.Te or FieldId.Upgrade or FieldId.RequestId => false,
        _ => true,
    };

    private static void WriteRequestId(Exchange exchange, ref SpanWriter writer)
    {
        writer.Write("X-Vcap-Request-Id: "u8);
        writer.Write(exchange.RequestId);
        writer.Write("\r\n\r\n"u8);
    }
}
