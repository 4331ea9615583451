using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.Protocol;

namespace Tatara.CloudController.NetworkPolicies;

/// <summary>The rules of the network as DEAs follow them.</summary>
internal sealed class NetworkRulesReader(CloudControllerDbContext db)
{
    /// <summary>What containers of a space may reach: its own groups' rules and those of all spaces.</summary>
    public async Task<IReadOnlyList<EgressRule>> OfSpaceAsync(string space, SecurityPhase phase, CancellationToken cancellationToken) =>
        (await OfSpacesAsync([space], phase, cancellationToken))[space];

    public async Task<NetworkRules> ReadAsync(NetworkRulesRequest request, CancellationToken cancellationToken)
    {
        var apps = request.Apps;
        var policies = await db.NetworkPolicies.AsNoTracking()
            .Where(p => apps.Contains(p.SourceGuid) || apps.Contains(p.DestinationGuid)).OrderBy(p => p.Id)
            .Select(p => new NetworkPolicyRule(p.SourceGuid, p.DestinationGuid, p.Protocol, p.StartPort, p.EndPort))
            .ToListAsync(cancellationToken);
        return new NetworkRules(await OfSpacesAsync(request.Spaces, SecurityPhase.Running, cancellationToken), policies);
    }

    private async Task<Dictionary<string, IReadOnlyList<EgressRule>>> OfSpacesAsync(
        IReadOnlyList<string> spaces, SecurityPhase phase, CancellationToken cancellationToken)
    {
        var groups = await db.SecurityGroups.AsNoTracking().OrderBy(g => g.Id).ToListAsync(cancellationToken);
        var bindings = (await db.SecurityGroupBindings.AsNoTracking().Where(b => b.Phase == phase && spaces.Contains(b.SpaceGuid)).ToListAsync(cancellationToken))
            .ToLookup(b => b.SpaceGuid, b => b.GroupGuid, StringComparer.Ordinal);
        return spaces.Distinct().ToDictionary(space => space, space =>
        {
            var bound = bindings[space].ToHashSet(StringComparer.Ordinal);
            return (IReadOnlyList<EgressRule>)[.. groups
                .Where(g => (phase == SecurityPhase.Running ? g.RunningDefault : g.StagingDefault) || bound.Contains(g.Guid))
                .SelectMany(g => g.Rules)
                .Select(r => new EgressRule(r.Protocol, r.Destination, r.Ports, r.Type, r.Code, r.Log ?? false))];
        });
    }
}
