using System.Text;
using Tatara.Router.Registry;

namespace Tatara.Router.RouteServices;

/// <summary>What becomes of a request for a route that has a route service.</summary>
internal enum RouteServiceStep
{
    /// <summary>It goes to the service, with the fields of <see cref="RouteServiceVerdict.Fields"/>.</summary>
    ToService,

    /// <summary>It comes back from the service: it goes to the app, without the service's fields.</summary>
    ToApp,

    /// <summary>Nobody gets it.</summary>
    Expired,
    Forged,
    UpgradeUnsupported,
    Disabled,

    /// <summary>The service has a route service itself, or cannot be asked over HTTPS.</summary>
    ServiceUnusable,
}

/// <param name="Service">The route of the service, for <see cref="RouteServiceStep.ToService"/>.</param>
/// <param name="Fields">Field lines to add, each with its CRLF.</param>
internal readonly record struct RouteServiceVerdict(RouteServiceStep Step, Route? Service = null, byte[]? Fields = null);

/// <summary>Keeps apps behind their route services: a request passes with a signature of this router's for the same route, or goes to the service to get one.</summary>
/// <param name="signer">Null: route services are off, and their routes lead nowhere.</param>
/// <param name="external">Services that run elsewhere.</param>
/// <param name="scheme">How services are told to send requests on: http or https.</param>
/// <param name="port">Of the routers for that, as services see it; null: the scheme's own.</param>
internal sealed class RouteServiceGate(RouteServiceSigner? signer, ExternalServices external, string scheme, int? port)
{
    private readonly string _port = port is null ? "" : $":{port}";

    public static ReadOnlySpan<byte> SignatureField => "X-CF-Proxy-Signature"u8;
    public static ReadOnlySpan<byte> MetadataField => "X-CF-Proxy-Metadata"u8;
    public static ReadOnlySpan<byte> ForwardedUrlField => "X-CF-Forwarded-Url"u8;

    /// <summary>Whether a field is one of the three, which an app never sees; with '_' for '-' too, as CGI-like servers cannot tell these apart.</summary>
    public static bool IsOwn(ReadOnlySpan<byte> name)
    {
        if (name.Length > SignatureField.Length) return false;
        Span<byte> dashed = stackalloc byte[SignatureField.Length];
        name.Replace(dashed, (byte)'_', (byte)'-');
        dashed = dashed[..name.Length];
        return Ascii.EqualsIgnoreCase(dashed, SignatureField) || Ascii.EqualsIgnoreCase(dashed, MetadataField) || Ascii.EqualsIgnoreCase(dashed, ForwardedUrlField);
    }

    /// <param name="route">That the request is for; it has a service.</param>
    /// <param name="host">Without a port.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="signature">The value of the request's field; empty: it has none.</param>
    public RouteServiceVerdict Check(
        RouteTable table, Route route, ReadOnlySpan<byte> host, ReadOnlySpan<byte> target, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> metadata, bool isUpgrade)
    {
        if (signer is null) return new(RouteServiceStep.Disabled);
        if (isUpgrade) return new(RouteServiceStep.UpgradeUnsupported);
        if (!signature.IsEmpty)
        {
            return signer.Verify(signature, metadata, out var signed) switch
            {
                SignatureState.Expired => new(RouteServiceStep.Expired),
                SignatureState.Valid when RouteOf(table, signed) == route => new(RouteServiceStep.ToApp),
                // One that was made for another route opens no other.
                _ => new(RouteServiceStep.Forged),
            };
        }
        var service = route.Service!;
        // An app of this platform is reached without leaving it; a name that is none is looked for outside.
        var next = table.Match(service.Host, service.Path);
        if (next is { Service: not null } || (next ??= external.Find(service)) is null) return new(RouteServiceStep.ServiceUnusable);
        var url = $"{scheme}://{Encoding.ASCII.GetString(host)}{_port}{Encoding.Latin1.GetString(target)}";
        var (made, about) = signer.Sign(url);
        return new(RouteServiceStep.ToService, next, Encoding.Latin1.GetBytes($"X-CF-Proxy-Signature: {made}\r\nX-CF-Proxy-Metadata: {about}\r\nX-CF-Forwarded-Url: {url}\r\n"));
    }

    private static Route? RouteOf(RouteTable table, string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        if (start < 3) return null;
        var slash = url.IndexOf('/', start);
        var (host, rest) = slash < 0 ? (url[start..], "/") : (url[start..slash], url[slash..]);
        if (host.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon) host = host[..colon];
        var query = rest.IndexOf('?', StringComparison.Ordinal);
        return table.Match(Encoding.ASCII.GetBytes(host), Encoding.Latin1.GetBytes(query < 0 ? rest : rest[..query]));
    }
}
