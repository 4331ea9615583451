using Microsoft.Extensions.Logging;
using Tatara.Router.AccessLog;
using Tatara.Router.Metrics;
using Tatara.Router.OwnAnswers;
using Tatara.Router.Registry;
using Tatara.Router.RouteServices;

namespace Tatara.Router.Proxy;

/// <summary>What all connections of a router share.</summary>
internal sealed class ProxyContext(RouterOptions options, RouteRegistry registry, AccessLogQueue accessLog, OwnAnswerFinder ownAnswers, RouterMetrics metrics, RouteServiceHook routeServices, TimeProvider time, ILogger<ProxyContext> logger)
{
    public RouterOptions Options { get; } = options;
    public ProxyLimits Limits { get; } = options.Limits;
    public RouteRegistry Registry { get; } = registry;
    public AccessLogQueue AccessLog { get; } = accessLog;
    public OwnAnswerFinder OwnAnswers { get; } = ownAnswers;
    public RouteServiceHook RouteServices { get; } = routeServices;
    public RouterMetrics Metrics { get; } = metrics;
    public TimeProvider Time { get; } = time;
    public ILogger Logger { get; } = logger;
    public StickySessions Sticky { get; } = new(options.StickySessionCookies);
    public DeadlineWatch Deadlines { get; } = new(options.Limits, time);
}
