using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Tatara.Uaa.Data;
using Tatara.Uaa.Groups;

namespace Tatara.Uaa.Users;

/// <summary>Before the first request: the tables, the groups and the administrator.</summary>
internal sealed class FirstUsers(UaaOptions options, IDbContextFactory<UaaDbContext> database, UserStore users, Passwords passwords, TimeProvider time) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Schema.Apply(UaaHost.ConnectionString(options));
        await AddGroupsAsync(cancellationToken);
        await AddAdministratorAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task AddGroupsAsync(CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        var known = await context.Groups.Select(g => g.DisplayName).ToListAsync(cancellationToken);
        var now = time.GetUtcNow();
        foreach (var name in WellKnownGroups.All.Except(known))
            context.Groups.Add(new Group { Id = Guid.NewGuid().ToString(), DisplayName = name, CreatedAt = now, UpdatedAt = now });
        await context.SaveChangesAsync(cancellationToken);
    }

    private async Task AddAdministratorAsync(CancellationToken cancellationToken)
    {
        var key = User.KeyOf(options.AdminUser);
        if (await users.FindByNameAsync(key, User.InternalOrigin, cancellationToken) is not null) return;
        var now = time.GetUtcNow();
        await users.AddAsync(
            new User
            {
                Id = Guid.NewGuid().ToString(),
                UserName = options.AdminUser,
                UserNameKey = key,
                Origin = User.InternalOrigin,
                PasswordHash = await passwords.HashAsync(options.AdminPassword, cancellationToken),
                Email = options.AdminUser,
                Salt = User.NewSalt(),
                CreatedAt = now,
                UpdatedAt = now,
                PasswordChangedAt = now,
            },
            WellKnownGroups.OfAdministrator,
            cancellationToken);
    }
}
