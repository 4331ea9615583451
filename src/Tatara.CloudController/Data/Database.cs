using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Tatara.CloudController.Data;

/// <summary>Opens the database. Everything that knows which database it is stands here and in <see cref="Schema"/>.</summary>
internal static class Database
{
    private const int SqliteConstraintUnique = 2067;

    public static void Configure(DbContextOptionsBuilder builder, string file) =>
        builder
            .UseSqlite(new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true, DefaultTimeout = 10 }.ToString())
            .AddInterceptors(new SqlitePragmas());

    /// <summary>Creates the tables when there are none.</summary>
    /// <exception cref="OtherSchemaException">There are others.</exception>
    public static async Task PrepareAsync(CloudControllerDbContext db, CancellationToken cancellationToken)
    {
        var schema = BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(db.Database.GenerateCreateScript())));
#pragma warning disable EF1002 // A pragma takes no parameters, and a number injects nothing.
        if (await db.Database.EnsureCreatedAsync(cancellationToken))
            await db.Database.ExecuteSqlRawAsync($"PRAGMA user_version = {schema}", cancellationToken);
        else if (await db.Database.SqlQueryRaw<int>("SELECT user_version AS Value FROM pragma_user_version").SingleAsync(cancellationToken) != schema)
            throw new OtherSchemaException(db.Database.GetDbConnection().DataSource);
#pragma warning restore EF1002
    }

    /// <summary>Whether saving failed because another row has the name, host … already.</summary>
    public static bool IsUniqueViolation(this DbUpdateException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: SqliteConstraintUnique };

    /// <summary>Saves; when a name is taken meanwhile, the exception says so.</summary>
    public static async Task SaveUniqueAsync(this CloudControllerDbContext db, Func<Exception> taken, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            throw taken();
        }
    }

    /// <summary>WAL lets readers go on while one writes; a writer waits for the other one rather than failing.</summary>
    private sealed class SqlitePragmas : DbConnectionInterceptor
    {
        private const string Text = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=10000;";

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            using var command = connection.CreateCommand();
            command.CommandText = Text;
            command.ExecuteNonQuery();
        }

        public override async Task ConnectionOpenedAsync(
            DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = Text;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
