using System.Net;

namespace Tatara.Containers;

/// <summary>Another host with containers.</summary>
/// <param name="Address">Where that host is reached.</param>
/// <param name="Subnet">All its containers are in it, and nobody else's.</param>
public sealed record TunnelPeer(IPAddress Address, IPNetwork Subnet);
