using Tatara.Peers;

namespace Tatara.Dea.Networks;

/// <summary>The other hosts with containers, as the list of members has them now.</summary>
internal sealed class PeerHosts(DeaOptions options)
{
    private (MemberList Members, TunnelPlan Plan)? _last;

    /// <summary>Null: all containers are on this machine.</summary>
    public TunnelPlan? Plan
    {
        get
        {
            if (options.Peers is not { } peers) return null;
            var members = peers.Tls.Members;
            if (_last is { } last && ReferenceEquals(last.Members, members)) return last.Plan;
            var plan = TunnelPlan.Of(members, options.HostAddress, options.Subnet);
            _last = (members, plan);
            return plan;
        }
    }
}
