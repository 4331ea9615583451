using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Tatara.Database;
using Tatara.Uaa.Data;
using Tatara.Uaa.Errors;
using Tatara.Uaa.Groups;

namespace Tatara.Uaa.Users;

/// <summary>The users in the database.</summary>
internal sealed class UserStore(IDbContextFactory<UaaDbContext> database, TimeProvider time)
{
    public async Task<User?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        return await WithGroups(context).FirstOrDefaultAsync(u => u.Id == id, cancellationToken);
    }

    public async Task<User?> FindByNameAsync(string userNameKey, string origin, CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        return await WithGroups(context).FirstOrDefaultAsync(u => u.UserNameKey == userNameKey && u.Origin == origin, cancellationToken);
    }

    public async Task<(List<User> Page, int Total)> ListAsync(
        Expression<Func<User, bool>> filter, int skip, int take, bool descending, CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        var matching = WithGroups(context).Where(filter);
        var ordered = descending
            ? matching.OrderByDescending(u => u.CreatedAt).ThenByDescending(u => u.Id)
            : matching.OrderBy(u => u.CreatedAt).ThenBy(u => u.Id);
        var total = await matching.CountAsync(cancellationToken);
        return (await ordered.Skip(skip).Take(take).ToListAsync(cancellationToken), total);
    }

    /// <summary>Adds a user, who is then in the groups of everybody and in these.</summary>
    public async Task AddAsync(User user, IEnumerable<string> groups, CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        var names = groups.Concat(WellKnownGroups.OfEverybody).ToList();
        context.Users.Add(user);
        foreach (var id in await context.Groups.Where(g => names.Contains(g.DisplayName)).Select(g => g.Id).ToListAsync(cancellationToken))
            context.Memberships.Add(new Membership { GroupId = id, UserId = user.Id });
        await SaveAsync(context, user, cancellationToken);
    }

    /// <summary>Changes a user, if nobody else did since <paramref name="version"/> (null: in any case).</summary>
    public async Task<User> ChangeAsync(string id, int? version, Action<User> change, CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        var user = await context.Users.AsTracking().Include(u => u.Memberships).ThenInclude(m => m.Group).FirstOrDefaultAsync(u => u.Id == id, cancellationToken)
            ?? throw NotFound(id);
        if (version is not null && user.Version != version) throw OutOfDate(id, user.Version);
        change(user);
        user.Version++;
        user.UpdatedAt = time.GetUtcNow();
        await SaveAsync(context, user, cancellationToken);
        return user;
    }

    /// <summary>Makes all tokens of a user worthless. False: no such user.</summary>
    public async Task<bool> ChangeSaltAsync(string id, CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        var salt = User.NewSalt();
        return await context.Users.Where(u => u.Id == id).ExecuteUpdateAsync(u => u.SetProperty(x => x.Salt, salt), cancellationToken) > 0;
    }

    public async Task<User> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        var user = await WithGroups(context).FirstOrDefaultAsync(u => u.Id == id, cancellationToken) ?? throw NotFound(id);
        await context.Users.Where(u => u.Id == id).ExecuteDeleteAsync(cancellationToken);
        return user;
    }

    public static UaaException NotFound(string id) => UaaException.NotFound("scim_resource_not_found", $"User {id} does not exist");

    private static IQueryable<User> WithGroups(UaaDbContext context) =>
        context.Users.Include(u => u.Memberships).ThenInclude(m => m.Group).AsSplitQuery();

    private static UaaException OutOfDate(string id, int version) =>
        new(409, "scim_resource_conflict", $"Attempt to update a user ({id}) with wrong version: it is {version} by now.");

    private static async Task SaveAsync(UaaDbContext context, User user, CancellationToken cancellationToken)
    {
        try
        {
            await context.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw OutOfDate(user.Id, user.Version);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            throw UaaException.Conflict($"Username already in use: {user.UserName}");
        }
    }
}
