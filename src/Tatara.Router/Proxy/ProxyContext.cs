using Microsoft.Extensions.Logging;
using Tatara.Router.AccessLog;
using Tatara.Router.Registry;

namespace Tatara.Router.Proxy;

/// <summary>What all connections of a router share.</summary>
internal sealed class ProxyContext(RouterOptions options, RouteRegistry registry, AccessLogQueue accessLog, TimeProvider time, ILogger<ProxyContext> logger)
{
    public RouterOptions Options { get; } = options;
    public ProxyLimits Limits { get; } = options.Limits;
    public RouteRegistry Registry { get; } = registry;
    public AccessLogQueue AccessLog { get; } = accessLog;
    public TimeProvider Time { get; } = time;
    public ILogger Logger { get; } = logger;
    public StickySessions Sticky { get; } = new(options.StickySessionCookies);
}
