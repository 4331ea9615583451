using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Tatara.Uaa.Data;
using Tatara.Uaa.Groups;

namespace Tatara.Uaa.Users;

/// <summary>
/// Before the first request: the tables, the groups and the administrator. It speaks SQL, for loading EF Core takes
/// longer than all the rest of a start.
/// </summary>
internal sealed class FirstUsers(UaaOptions options, UserStore users, Passwords passwords, TimeProvider time) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Schema.Apply(UaaHost.ConnectionString(options));
        var key = User.KeyOf(options.AdminUser);
        await using (var connection = new SqliteConnection(UaaHost.ConnectionString(options)))
        {
            await connection.OpenAsync(cancellationToken);
            AddGroups(connection);
            if (Exists(connection, key)) return;
        }
        await AddAdministratorAsync(key, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void AddGroups(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO groups (Id, DisplayName, CreatedAt, UpdatedAt) VALUES ($id, $name, $now, $now) ON CONFLICT DO NOTHING";
        var id = insert.Parameters.Add("$id", SqliteType.Text);
        var name = insert.Parameters.Add("$name", SqliteType.Text);
        insert.Parameters.AddWithValue("$now", time.GetUtcNow().ToUnixTimeMilliseconds());
        foreach (var group in WellKnownGroups.All)
        {
            (id.Value, name.Value) = (Guid.NewGuid().ToString(), group);
            insert.ExecuteNonQuery();
        }
        transaction.Commit();
    }

    private static bool Exists(SqliteConnection connection, string userNameKey)
    {
        using var query = connection.CreateCommand();
        query.CommandText = "SELECT 1 FROM users WHERE UserNameKey = $key AND Origin = $origin";
        query.Parameters.AddWithValue("$key", userNameKey);
        query.Parameters.AddWithValue("$origin", User.InternalOrigin);
        return query.ExecuteScalar() is not null;
    }

    private async Task AddAdministratorAsync(string key, CancellationToken cancellationToken)
    {
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
