namespace Tatara.Configuration;

/// <summary>What the router can be told beyond where it listens.</summary>
internal sealed record RouterSettings
{
    /// <summary>Networks of load balancers that speak the PROXY protocol.</summary>
    public IReadOnlyList<string> ProxyProtocolFrom { get; init; } = [];
}
