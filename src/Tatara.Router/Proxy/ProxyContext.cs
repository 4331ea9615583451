using Microsoft.Extensions.Logging;
using Tatara.Router.AccessLog;
using Tatara.Router.Http2;
using Tatara.Router.Metrics;
using Tatara.Router.OwnAnswers;
using Tatara.Router.ProxyProtocol;
using Tatara.Router.Registry;
using Tatara.Router.RouteServices;

namespace Tatara.Router.Proxy;

/// <summary>What all connections of a router share.</summary>
internal sealed class ProxyContext(
    RouterOptions options, RouteRegistry registry, AccessLogQueue accessLog, InProcessTransport http2, OwnAnswerFinder ownAnswers, RouterMetrics metrics,
    RouteServiceHook routeServices, TimeProvider time, ILogger<ProxyContext> logger)
{
    public RouterOptions Options { get; } = options;
    public ProxyLimits Limits { get; } = options.Limits;
    public RouteRegistry Registry { get; } = registry;
    public AccessLogQueue AccessLog { get; } = accessLog;
    public OwnAnswerFinder OwnAnswers { get; } = ownAnswers;
    public RouteServiceHook RouteServices { get; } = routeServices;
    public RouterMetrics Metrics { get; } = metrics;

    /// <summary>Where clients and endpoints of HTTP/2 are served.</summary>
    public InProcessTransport Http2 { get; } = http2;

    public TimeProvider Time { get; } = time;
    public ILogger Logger { get; } = logger;
    public ClientCounts Clients { get; } = new(options.Limits);
    public TrustedProxies Trusted { get; } = new(options.TrustedProxies);
    public Balancers Balancers { get; } = new(options.ProxyProtocolFrom);
    public long MaxBodyBytes { get; } = options.MaxBodyBytes ?? long.MaxValue;
    public StickySessions Sticky { get; } = new(options.StickySessionCookies);
}
