using Tatara.Protocol;

namespace Tatara.Router.Tcp;

/// <summary>TCP routes: this router listens on a port for as long as some instance serves it.</summary>
/// <param name="RouterGroup">Guid of the group that the router belongs to; routes of other groups are not its own.</param>
/// <param name="Ports">The group's ports. A registration of any other is refused: nobody opens ports of this machine by a message.</param>
public sealed record TcpRouting(string RouterGroup, PortRanges Ports)
{
    /// <summary>Silence in both directions after which a connection is closed. Longer than the two hours of many clients' keep-alive would hold dead ones for long; shorter cuts quiet sessions. As Cloud Foundry's.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Open connections of all TCP routes; each takes two descriptors.</summary>
    public int MaxConnections { get; init; } = 16_384;

    /// <summary>Open connections of one route, so that one app cannot take all.</summary>
    public int MaxConnectionsPerRoute { get; init; } = 8_192;
}
