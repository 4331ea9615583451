using Tatara.Router.Proxy;
using Tatara.Router.Proxy.Http1;
using Tatara.Router.Registry;

namespace Tatara.Router.AccessLog;

/// <summary>
/// gorouter's line: host - [date] "METHOD uri proto" status recv sent "referer" "agent" "remote" "backend"
/// x_forwarded_for:"" x_forwarded_proto:"" vcap_request_id:"" response_time: gorouter_time: app_id:"" app_index:""
/// instance_id:"" x_cf_routererror:""
/// </summary>
internal static class AccessLogFormat
{
    /// <summary>Longer values are cut: a log line is not the place for a 64 KB query.</summary>
    private const int MaxValueBytes = 2048;

    /// <summary>Five values that the client chooses, each byte of which may need an escape, and what is left.</summary>
    public const int MaxBytes = 5 * 2 * MaxValueBytes + 2048;

    /// <summary>What gorouter and nginx log when the client left before the answer.</summary>
    private const int ClientClosedRequest = 499;

    public static int Write(Exchange exchange, Endpoint endpoint, long finished, TimeProvider time, Span<byte> output)
    {
        var request = exchange.Request;
        var writer = new SpanWriter(output);
        writer.Write(Cut(request[request.Authority]));
        writer.Write(" - ["u8);
        WriteTime(exchange.StartedAt, ref writer);
        writer.Write("] \""u8);
        writer.Write(request[request.Method]);
        writer.Write(" "u8);
        WriteEscaped(request[request.Target], ref writer);
        writer.Write(request.MinorVersion == 1 ? " HTTP/1.1\" "u8 : " HTTP/1.0\" "u8);
        writer.Write(exchange.Status == 0 ? ClientClosedRequest : exchange.Status);
        writer.Write(" "u8);
        writer.Write(exchange.ReceivedBytes);
        writer.Write(" "u8);
        writer.Write(exchange.SentBytes);
        writer.Write(" "u8);
        WriteQuoted(request[request.Find(FieldId.Referer)], ref writer);
        writer.Write(" "u8);
        WriteQuoted(request[request.Find(FieldId.UserAgent)], ref writer);
        writer.Write(" "u8);
        WriteQuoted(exchange.Client.IpAndPort, ref writer);
        writer.Write(" \""u8);
        writer.Write(endpoint.Texts.Address);
        writer.Write("\" x_forwarded_for:"u8);
        WriteForwardedFor(exchange, ref writer);
        writer.Write(" x_forwarded_proto:"u8);
        WriteQuoted(exchange.Client.Scheme, ref writer);
        writer.Write(" vcap_request_id:\""u8);
        writer.Write(exchange.RequestId);
        writer.Write("\" response_time:"u8);
        WriteSeconds(time.GetElapsedTime(exchange.Started, finished), ref writer);
        writer.Write(" gorouter_time:"u8);
        WriteSeconds(time.GetElapsedTime(exchange.Started, exchange.Forwarded), ref writer);
        writer.Write(endpoint.Texts.LogEnd);
        writer.Write(" x_cf_routererror:\""u8);
        writer.Write(exchange.RouterError ?? "-");
        writer.Write("\""u8);
        return writer.Written;
    }

    private static void WriteForwardedFor(Exchange exchange, ref SpanWriter writer)
    {
        var sent = exchange.Request[exchange.Request.Find(FieldId.ForwardedFor)];
        writer.Write("\""u8);
        if (!sent.IsEmpty)
        {
            WriteEscaped(sent, ref writer);
            writer.Write(", "u8);
        }
        writer.Write(exchange.Client.Ip);
        writer.Write("\""u8);
    }

    private static void WriteTime(DateTimeOffset at, ref SpanWriter writer)
    {
        const int ticksPerSecond = (int)TimeSpan.TicksPerSecond;
        var ticks = at.UtcTicks;
        writer.Write(SecondText.Of(ticks / ticksPerSecond));
        writer.Write("."u8);
        writer.WriteDigits((int)(ticks % ticksPerSecond), 7);
        writer.Write("00Z"u8);
    }

    private static void WriteSeconds(TimeSpan duration, ref SpanWriter writer)
    {
        const int microsecondsPerSecond = 1_000_000;
        var microseconds = Math.Max(0, duration.Ticks / TimeSpan.TicksPerMicrosecond);
        writer.Write(microseconds / microsecondsPerSecond);
        writer.Write("."u8);
        writer.WriteDigits((int)(microseconds % microsecondsPerSecond), 6);
    }

    private static void WriteQuoted(ReadOnlySpan<byte> value, ref SpanWriter writer)
    {
        writer.Write("\""u8);
        if (value.IsEmpty) writer.Write("-"u8);
        else WriteEscaped(value, ref writer);
        writer.Write("\""u8);
    }

    /// <summary>The parser lets no control character but the tab through; a quote could forge the fields after it.</summary>
    private static void WriteEscaped(ReadOnlySpan<byte> value, ref SpanWriter writer)
    {
        value = Cut(value);
        while (value.IndexOfAny((byte)'"', (byte)'\\') is >= 0 and var at)
        {
            writer.Write(value[..at]);
            writer.Write("\\"u8);
            writer.Write(value.Slice(at, 1));
            value = value[(at + 1)..];
        }
        writer.Write(value);
    }

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> value) => value.Length <= MaxValueBytes ? value : value[..MaxValueBytes];
}
