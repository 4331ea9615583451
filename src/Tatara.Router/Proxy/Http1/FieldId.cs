using System.Text;

namespace Tatara.Router.Proxy.Http1;

/// <summary>The header fields that mean something to the router.</summary>
internal enum FieldId : byte
{
    Other,
    Host,
    ContentLength,
    TransferEncoding,
    Connection,
    KeepAlive,
    ProxyConnection,
    Te,
    Trailer,
    Upgrade,
    Expect,
    Cookie,
    SetCookie,
    UserAgent,
    Referer,
    ForwardedFor,
    ForwardedProto,
    ForwardedPort,
    ForwardedHost,
    ForwardedClientCert,
    Forwarded,
    RealIp,
    TraceParent,
    TraceState,
    B3,
    B3TraceId,
    B3SpanId,
    RequestStart,
    RequestId,
    AppInstance,
    ApplicationId,
    InstanceId,
    InstanceIndex,

    /// <summary>A known name with '_' for '-'. CGI-like servers cannot tell the two apart, so it could pass for the router's own field.</summary>
    Alias,
}

internal static class FieldNames
{
    private const int LongestKnown = 23;

    public static FieldId Identify(ReadOnlySpan<byte> name)
    {
        if (name.Length > LongestKnown) return FieldId.Other;
        var id = IdentifyExact(name);
        return id == FieldId.Other && name.Contains((byte)'_') ? IdentifyAlias(name) : id;
    }

    private static FieldId IdentifyAlias(ReadOnlySpan<byte> name)
    {
        Span<byte> dashed = stackalloc byte[LongestKnown];
        name.Replace(dashed, (byte)'_', (byte)'-');
        return IdentifyExact(dashed[..name.Length]) == FieldId.Other ? FieldId.Other : FieldId.Alias;
    }

    private static FieldId IdentifyExact(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when Is(name, "te"u8) => FieldId.Te,
        2 when Is(name, "b3"u8) => FieldId.B3,
        4 when Is(name, "host"u8) => FieldId.Host,
        6 when Is(name, "cookie"u8) => FieldId.Cookie,
        6 when Is(name, "expect"u8) => FieldId.Expect,
        7 when Is(name, "referer"u8) => FieldId.Referer,
        7 when Is(name, "trailer"u8) => FieldId.Trailer,
        7 when Is(name, "upgrade"u8) => FieldId.Upgrade,
        9 when Is(name, "forwarded"u8) => FieldId.Forwarded,
        9 when Is(name, "x-real-ip"u8) => FieldId.RealIp,
        10 when Is(name, "tracestate"u8) => FieldId.TraceState,
        11 when Is(name, "traceparent"u8) => FieldId.TraceParent,
        11 when Is(name, "x-b3-spanid"u8) => FieldId.B3SpanId,
        12 when Is(name, "x-b3-traceid"u8) => FieldId.B3TraceId,
        10 when Is(name, "connection"u8) => FieldId.Connection,
        10 when Is(name, "user-agent"u8) => FieldId.UserAgent,
        10 when Is(name, "keep-alive"u8) => FieldId.KeepAlive,
        10 when Is(name, "set-cookie"u8) => FieldId.SetCookie,
        14 when Is(name, "content-length"u8) => FieldId.ContentLength,
        15 when Is(name, "x-forwarded-for"u8) => FieldId.ForwardedFor,
        15 when Is(name, "x-request-start"u8) => FieldId.RequestStart,
        15 when Is(name, "x-cf-instanceid"u8) => FieldId.InstanceId,
        16 when Is(name, "x-forwarded-port"u8) => FieldId.ForwardedPort,
        16 when Is(name, "x-forwarded-host"u8) => FieldId.ForwardedHost,
        16 when Is(name, "proxy-connection"u8) => FieldId.ProxyConnection,
        17 when Is(name, "transfer-encoding"u8) => FieldId.TransferEncoding,
        17 when Is(name, "x-forwarded-proto"u8) => FieldId.ForwardedProto,
        17 when Is(name, "x-vcap-request-id"u8) => FieldId.RequestId,
        17 when Is(name, "x-cf-app-instance"u8) => FieldId.AppInstance,
        18 when Is(name, "x-cf-applicationid"u8) => FieldId.ApplicationId,
        18 when Is(name, "x-cf-instanceindex"u8) => FieldId.InstanceIndex,
        23 when Is(name, "x-forwarded-client-cert"u8) => FieldId.ForwardedClientCert,
        _ => FieldId.Other,
    };

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower) => Ascii.EqualsIgnoreCase(name, lower);
}
