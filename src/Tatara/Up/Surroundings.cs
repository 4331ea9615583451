using Tatara.MessageBus;
using Tatara.Peers;

namespace Tatara.Up;

/// <summary>Where the neighbours of a role are, and who it is to them: on one machine, or on one host of many.</summary>
internal abstract class Surroundings
{
    /// <summary>Where roles of HTTP listen for each other.</summary>
    public abstract string Address { get; }

    public abstract Uri CloudControllerUrl { get; }

    public abstract Uri UaaUrl { get; }

    /// <summary>Sets a role of this host apart from that of others.</summary>
    public abstract string NameOf(string role);

    /// <summary>The bus as a role sees it.</summary>
    public abstract NatsOptions Bus(string role, string client);

    /// <summary>The network between hosts; null on one machine.</summary>
    public abstract PeerNetwork? Peers(string role);

    public abstract DeaPlace Dea(int index);
}

/// <summary>What tells a DEA from others.</summary>
/// <param name="HostAddress">Where routers reach its instances.</param>
/// <param name="ResolverAddress">Where its containers reach their name server.</param>
/// <param name="TunnelPort">How its containers reach those of other hosts; null: there are none.</param>
internal sealed record DeaPlace(string Id, string HostAddress, string Subnet, string ResolverAddress, string Zone, int? TunnelPort = null);
