using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.SecurityGroups;

/// <summary>Which groups hold where.</summary>
internal sealed class SecurityGroupBindings(CloudControllerDbContext db, Access access)
{
    /// <summary>Those the caller may see: all that hold for everyone or for a space that the caller sees.</summary>
    public IQueryable<SecurityGroup> Visible()
    {
        if (access.SeesAll) return db.SecurityGroups;
        var spaces = access.VisibleSpaces();
        return db.SecurityGroups.Where(g => g.RunningDefault || g.StagingDefault || db.SecurityGroupBindings.Any(b => b.GroupGuid == g.Guid && spaces.Contains(b.SpaceGuid)));
    }

    public IQueryable<SecurityGroup> OfSpace(string space, SecurityPhase phase) => db.SecurityGroups.Where(g =>
        (phase == SecurityPhase.Running ? g.RunningDefault : g.StagingDefault)
        || db.SecurityGroupBindings.Any(b => b.GroupGuid == g.Guid && b.SpaceGuid == space && b.Phase == phase));

    /// <summary>Adds bindings that are not there yet; unsaved.</summary>
    public async Task AddAsync(SecurityGroup group, IReadOnlyList<string> spaces, SecurityPhase phase, CancellationToken cancellationToken)
    {
        var visible = access.VisibleSpaces();
        var known = await visible.Where(s => spaces.Contains(s)).ToListAsync(cancellationToken);
        if (spaces.Except(known).ToList() is { Count: > 0 } missing)
            throw ApiErrors.Unprocessable($"Spaces with guids [\"{string.Join("\", \"", missing)}\"] do not exist, or you do not have access to them.");
        var bound = await db.SecurityGroupBindings.Where(b => b.GroupGuid == group.Guid && b.Phase == phase).Select(b => b.SpaceGuid).ToListAsync(cancellationToken);
        db.SecurityGroupBindings.AddRange(spaces.Distinct().Except(bound).Select(s => new SecurityGroupBinding { GroupGuid = group.Guid, SpaceGuid = s, Phase = phase }));
    }
}
