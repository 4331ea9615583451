using Microsoft.Extensions.Logging;
using Tatara.Router.ProxyProtocol;
using Tatara.Router.Registry;

namespace Tatara.Router.Tcp;

/// <summary>What all TCP routes of a router share.</summary>
internal sealed class TcpContext(RouterOptions options, RouteRegistry registry, TcpCounters counters, TimeProvider time, ILogger<TcpContext> logger)
{
    public RouterOptions Options { get; } = options;
    public RouteRegistry Registry { get; } = registry;
    public TcpCounters Counters { get; } = counters;
    public TimeProvider Time { get; } = time;
    public ILogger Logger { get; } = logger;

    public Balancers Balancers { get; } = new(options.ProxyProtocolFrom);

    public long Milliseconds() => Time.GetTimestamp() / (Time.TimestampFrequency / 1000);
}
