using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Proxy;

/// <summary>Trace headers that the router takes part in.</summary>
[Flags]
public enum Tracing
{
    /// <summary>Clients' trace headers are passed on as they are.</summary>
    None = 0,

    /// <summary>W3C trace context: traceparent and tracestate.</summary>
    W3C = 1,

    /// <summary>Zipkin's B3, in one header and in several.</summary>
    B3 = 2,
}

/// <summary>Writes trace headers: a trace that the client began goes on, another begins here, with the request's id for its own.</summary>
internal static class TraceContext
{
    private const int TraceIdLength = 32;
    private const int SpanIdLength = 16;

    /// <summary>"00-" trace "-" span "-" flags.</summary>
    private const int ParentLength = 3 + TraceIdLength + 1 + SpanIdLength + 1 + 2;

    /// <summary>Whether a client's field is replaced by the router's own, or means nothing without one that is missing.</summary>
    public static bool Replaces(RequestHead request, FieldId field, Tracing tracing) => field switch
    {
        FieldId.TraceParent => tracing.HasFlag(Tracing.W3C),
        FieldId.TraceState => tracing.HasFlag(Tracing.W3C) && !IsParent(request[request.Find(FieldId.TraceParent)]),
        FieldId.B3 or FieldId.B3TraceId or FieldId.B3SpanId => tracing.HasFlag(Tracing.B3) && !HasB3(request),
        _ => false,
    };

    public static void Write(Exchange exchange, Tracing tracing, ref SpanWriter writer)
    {
        if (tracing == Tracing.None) return;
        var request = exchange.Request;
        Span<byte> id = stackalloc byte[TraceIdLength];
        Compact(exchange.RequestId, id);
        if (tracing.HasFlag(Tracing.W3C))
        {
            var parent = request[request.Find(FieldId.TraceParent)];
            var goesOn = IsParent(parent);
            writer.Write("traceparent: 00-"u8);
            writer.Write(goesOn ? parent.Slice(3, TraceIdLength) : id);
            writer.Write("-"u8);
            writer.Write(id[..SpanIdLength]);
            writer.Write("-"u8);
            writer.Write(goesOn ? parent[^2..] : "01"u8);
            writer.Write("\r\n"u8);
        }
        if (!tracing.HasFlag(Tracing.B3) || HasB3(request)) return;
        writer.WriteField("X-B3-TraceId"u8, id);
        writer.WriteField("X-B3-SpanId"u8, id[..SpanIdLength]);
        writer.Write("b3: "u8);
        writer.Write(id);
        writer.Write("-"u8);
        writer.Write(id[..SpanIdLength]);
        writer.Write("\r\n"u8);
    }

    private static bool HasB3(RequestHead request) =>
        !request.Find(FieldId.B3).IsEmpty || (!request.Find(FieldId.B3TraceId).IsEmpty && !request.Find(FieldId.B3SpanId).IsEmpty);

    private static bool IsParent(ReadOnlySpan<byte> value)
    {
        if (value.Length != ParentLength || !value.StartsWith("00-"u8) || value[3 + TraceIdLength] != (byte)'-' || value[^3] != (byte)'-') return false;
        var trace = value.Slice(3, TraceIdLength);
        var span = value.Slice(4 + TraceIdLength, SpanIdLength);
        return IsHex(trace) && IsHex(span) && IsHex(value[^2..]) && trace.ContainsAnyExcept((byte)'0') && span.ContainsAnyExcept((byte)'0');
    }

    private static bool IsHex(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
            if (!char.IsAsciiHexDigitLower((char)b)) return false;
        return true;
    }

    private static void Compact(ReadOnlySpan<byte> uuid, Span<byte> digits)
    {
        var count = 0;
        foreach (var b in uuid)
            if (b != (byte)'-') digits[count++] = b;
    }
}
