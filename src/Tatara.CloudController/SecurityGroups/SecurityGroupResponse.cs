using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.SecurityGroups;

/// <summary>Security groups as the API answers them.</summary>
internal sealed class SecurityGroupResponse(CloudControllerDbContext db, Access access, Links links)
{
    public async Task<object> OfAsync(SecurityGroup group, CancellationToken cancellationToken) => (await OfAsync([group], cancellationToken))[0];

    public async Task<IReadOnlyList<object>> OfAsync(IReadOnlyList<SecurityGroup> groups, CancellationToken cancellationToken)
    {
        var guids = groups.Select(g => g.Guid).ToList();
        var visible = access.VisibleSpaces();
        var bindings = (await db.SecurityGroupBindings.AsNoTracking().Where(b => guids.Contains(b.GroupGuid) && visible.Contains(b.SpaceGuid)).OrderBy(b => b.Id)
            .ToListAsync(cancellationToken)).ToLookup(b => (b.GroupGuid, b.Phase), b => b.SpaceGuid);
        return [.. groups.Select(g => (object)new
        {
            g.Guid, g.CreatedAt, g.UpdatedAt, g.Name,
            GloballyEnabled = new { Running = g.RunningDefault, Staging = g.StagingDefault },
            Rules = g.Rules.Select(Present),
            Relationships = new
            {
                RunningSpaces = Relationships.To(bindings[(g.Guid, SecurityPhase.Running)]),
                StagingSpaces = Relationships.To(bindings[(g.Guid, SecurityPhase.Staging)]),
            },
            Links = new { Self = links.To($"/v3/security_groups/{g.Guid}") },
        })];
    }

    public async Task<object> RelationshipAsync(SecurityGroup group, SecurityPhase phase, CancellationToken cancellationToken)
    {
        var spaces = await db.SecurityGroupBindings.Where(b => b.GroupGuid == group.Guid && b.Phase == phase).OrderBy(b => b.Id).Select(b => b.SpaceGuid).ToListAsync(cancellationToken);
        return new RelationshipResponse(Relationships.To(spaces).Data, new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/security_groups/{group.Guid}/relationships/{(phase == SecurityPhase.Running ? "running" : "staging")}_spaces"),
        });
    }

    /// <summary>With the fields that were given, and no others.</summary>
    private static Dictionary<string, object> Present(SecurityRule rule)
    {
        var fields = new Dictionary<string, object> { ["protocol"] = rule.Protocol, ["destination"] = rule.Destination };
        if (rule.Ports is { } ports) fields["ports"] = ports;
        if (rule.Type is { } type) fields["type"] = type;
        if (rule.Code is { } code) fields["code"] = code;
        if (rule.Description is { } description) fields["description"] = description;
        if (rule.Log is { } log) fields["log"] = log;
        return fields;
    }
}
