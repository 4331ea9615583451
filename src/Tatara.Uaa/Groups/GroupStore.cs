using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Tatara.Uaa.Data;
using Tatara.Uaa.Errors;

namespace Tatara.Uaa.Groups;

/// <summary>The groups in the database.</summary>
internal sealed class GroupStore(IDbContextFactory<UaaDbContext> database)
{
    public async Task<(List<GroupWithMembers> Page, int Total)> ListAsync(
        Expression<Func<Group, bool>> filter, int skip, int take, bool descending, CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        var matching = context.Groups.Where(filter);
        var ordered = descending ? matching.OrderByDescending(g => g.DisplayName) : matching.OrderBy(g => g.DisplayName);
        var page = await ordered.Skip(skip).Take(take).ToListAsync(cancellationToken);
        var ids = page.ConvertAll(g => g.Id);
        var members = (await context.Memberships.Where(m => ids.Contains(m.GroupId)).ToListAsync(cancellationToken)).ToLookup(m => m.GroupId, m => m.UserId);
        return (page.ConvertAll(g => new GroupWithMembers(g, [.. members[g.Id]])), await matching.CountAsync(cancellationToken));
    }

    public async Task<GroupWithMembers> GetAsync(string id, CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        var group = await context.Groups.FirstOrDefaultAsync(g => g.Id == id, cancellationToken) ?? throw NotFound(id);
        return new GroupWithMembers(group, await context.Memberships.Where(m => m.GroupId == id).Select(m => m.UserId).ToListAsync(cancellationToken));
    }

    /// <summary>Adds a user to a group. Who is in it already is told so.</summary>
    public async Task AddMemberAsync(string id, string userId, CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        if (!await context.Groups.AnyAsync(g => g.Id == id, cancellationToken)) throw NotFound(id);
        if (!await context.Users.AnyAsync(u => u.Id == userId, cancellationToken))
            throw UaaException.NotFound("scim_resource_not_found", $"User {userId} does not exist");
        var added = await context.Database.ExecuteSqlAsync(
            $"INSERT INTO memberships (\"GroupId\", \"UserId\") VALUES ({id}, {userId}) ON CONFLICT DO NOTHING", cancellationToken);
        if (added == 0) throw new UaaException(409, "member_already_exists", "The mapping between group and member already exists");
    }

    public async Task RemoveMemberAsync(string id, string userId, CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        var removed = await context.Memberships.Where(m => m.GroupId == id && m.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        if (removed == 0) throw UaaException.NotFound("member_not_found", $"Member {userId} does not exist in group {id}");
    }

    private static UaaException NotFound(string id) => UaaException.NotFound("scim_resource_not_found", $"Group {id} does not exist");
}

internal sealed record GroupWithMembers(Group Group, IReadOnlyList<string> UserIds);
