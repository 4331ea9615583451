using Tatara.Peers;

namespace Tatara.Dea.Networks;

/// <summary>The other hosts with containers, as the list of members has them now.</summary>
internal sealed class PeerHosts(DeaOptions options)
{
    private volatile Known? _known;

    /// <summary>Null: all containers are on this machine.</summary>
    public TunnelPlan? Plan
    {
        get
        {
            if (options.Peers is not { } peers) return null;
            var members = peers.Tls.Members;
            if (_known is { } known && ReferenceEquals(known.Members, members)) return known.Plan;
            var plan = TunnelPlan.Of(members, options.HostAddress, options.Subnet);
            _known = new Known(members, plan);
            return plan;
        }
    }

    private sealed record Known(MemberList Members, TunnelPlan Plan);
}
