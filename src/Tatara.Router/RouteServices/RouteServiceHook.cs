using System.Text;
using Tatara.Router.Proxy;
using Tatara.Router.Proxy.Http1;
using Tatara.Router.Registry;

namespace Tatara.Router.RouteServices;

/// <summary>Where the data path meets route services: after the route of a request was found, and before an endpoint is chosen.</summary>
internal sealed class RouteServiceHook(RouterOptions options, RouteRegistry registry, TimeProvider time)
{
    private static readonly RouterError Expired = new(504, "Gateway Timeout", "expired_route_service_signature", "Failed to validate Route Service Signature: route service request expired");
    private static readonly RouterError Forged = new(502, "Bad Gateway", "invalid_route_service_signature", "Failed to validate Route Service Signature");
    private static readonly RouterError Disabled = new(502, "Bad Gateway", "route_service_unsupported", "Support for route services is disabled.");
    private static readonly RouterError UpgradeUnsupported = new(503, "Service Unavailable", "route_service_unsupported", "Websocket requests are not supported for routes bound to Route Services.");
    private static readonly RouterError ServiceUnusable = new(502, "Bad Gateway", "route_service_unsupported", "The route service of this route has a route service itself, or no https address.");

    private readonly RouteServiceGate _gate = CreateGate(options, time);

    /// <summary>Changes the exchange's route and rewrite where a route service is in between. Null: go on; else what to answer.</summary>
    public RouterError? Apply(Exchange exchange)
    {
        exchange.Rewrite = null;
        if (exchange.Route is not { Service: { } service } route) return null;
        var request = exchange.Request;
        var verdict = _gate.Check(
            registry.Table, route, request[request.Host], request[request.Target], Find(request, RouteServiceGate.SignatureField),
            Find(request, RouteServiceGate.MetadataField), !request.Upgrade.IsEmpty);
        switch (verdict.Step)
        {
            case RouteServiceStep.ToService:
                exchange.Route = verdict.Service;
                exchange.Rewrite = new RequestRewrite(service.Authority, service.Target, verdict.Fields!);
                return null;
            case RouteServiceStep.ToApp:
                exchange.Rewrite = RequestRewrite.ToApp;
                return null;
            case RouteServiceStep.Expired: return Expired;
            case RouteServiceStep.UpgradeUnsupported: return UpgradeUnsupported;
            case RouteServiceStep.Disabled: return Disabled;
            case RouteServiceStep.ServiceUnusable: return ServiceUnusable;
            default: return Forged;
        }
    }

    private static RouteServiceGate CreateGate(RouterOptions options, TimeProvider time)
    {
        var signer = options.RouteServices is null ? null : new RouteServiceSigner(options.RouteServices, time);
        var isHttps = options.RouteServices?.RecommendHttps ?? true;
        var port = isHttps ? options.ExternalHttpsPort ?? options.HttpsPort : options.HttpPort;
        return new RouteServiceGate(signer, new ExternalServices(options), isHttps ? "https" : "http", port == (isHttps ? 443 : 80) ? null : port);
    }

    private static ReadOnlySpan<byte> Find(RequestHead request, ReadOnlySpan<byte> name)
    {
        foreach (var field in request.Fields)
            if (Ascii.EqualsIgnoreCase(request[field.Name], name)) return request[field.Value];
        return [];
    }
}
