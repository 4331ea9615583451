using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.Database;
using Tatara.Uaa.Data;
using Tatara.Uaa.Errors;
using Tatara.Uaa.Groups;
using Tatara.Uaa.Tokens;

namespace Tatara.Uaa.Users;

/// <summary>
/// Before the first request: the tables, the signing keys, the groups and the administrator. It speaks SQL, for loading EF Core takes
/// longer than all the rest of a start.
/// </summary>
internal sealed class FirstUsers(
    UaaOptions options, DatabaseAddress database, SigningKeys keys, UserStore users, Passwords passwords, TimeProvider time, ILogger<FirstUsers> logger)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await UaaDatabase.Migrator(database, time, logger).ApplyAsync(cancellationToken);
        await keys.LoadAsync(cancellationToken);
        var key = User.KeyOf(options.AdminUser);
        await using (var connection = await database.OpenAsync(cancellationToken))
        {
            await AddGroupsAsync(connection, cancellationToken);
            if (await ExistsAsync(connection, key, cancellationToken)) return;
        }
        await AddAdministratorAsync(key, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task AddGroupsAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var group in WellKnownGroups.All)
        {
            await connection.ExecuteAsync(
                """INSERT INTO groups ("Id", "DisplayName", "CreatedAt", "UpdatedAt") VALUES (@id, @name, @now, @now) ON CONFLICT DO NOTHING""", cancellationToken,
                ("@id", Guid.NewGuid().ToString()), ("@name", group), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()));
        }
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<bool> ExistsAsync(DbConnection connection, string userNameKey, CancellationToken cancellationToken) =>
        await connection.ScalarAsync(
            """SELECT "Id" FROM users WHERE "UserNameKey" = @key AND "Origin" = @origin""", cancellationToken,
            ("@key", userNameKey), ("@origin", User.InternalOrigin)) is not null;

    private async Task AddAdministratorAsync(string key, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var administrator = new User
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
        };
        try
        {
            await users.AddAsync(administrator, WellKnownGroups.OfAdministrator, cancellationToken);
        }
        catch (UaaException e) when (e.Status == StatusCodes.Status409Conflict)
        {
            // Another UAA that starts at the same moment was first.
        }
    }
}
