using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Tatara.Uaa.Data;

/// <summary>
/// The tables, step by step. A step is one transaction together with the number that says it was done, so a process
/// killed in the middle leaves either all of it or nothing. (EF Core's own migrations take a lock row that stays
/// behind when the process is killed, and then wait for it for ever.)
/// </summary>
internal static class Schema
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE users (
            Id TEXT NOT NULL PRIMARY KEY,
            UserName TEXT NOT NULL,
            UserNameKey TEXT NOT NULL,
            Origin TEXT NOT NULL,
            PasswordHash TEXT NULL,
            Email TEXT NOT NULL,
            GivenName TEXT NULL,
            FamilyName TEXT NULL,
            ExternalId TEXT NULL,
            Active INTEGER NOT NULL,
            Verified INTEGER NOT NULL,
            Salt TEXT NOT NULL,
            Version INTEGER NOT NULL,
            CreatedAt INTEGER NOT NULL,
            UpdatedAt INTEGER NOT NULL,
            PasswordChangedAt INTEGER NOT NULL,
            UNIQUE (UserNameKey, Origin)
        );
        CREATE TABLE groups (
            Id TEXT NOT NULL PRIMARY KEY,
            DisplayName TEXT NOT NULL UNIQUE,
            Description TEXT NULL,
            CreatedAt INTEGER NOT NULL,
            UpdatedAt INTEGER NOT NULL
        );
        CREATE TABLE memberships (
            GroupId TEXT NOT NULL REFERENCES groups (Id) ON DELETE CASCADE,
            UserId TEXT NOT NULL REFERENCES users (Id) ON DELETE CASCADE,
            PRIMARY KEY (GroupId, UserId)
        );
        CREATE INDEX memberships_by_user ON memberships (UserId);
        CREATE TABLE revoked_tokens (
            Id TEXT NOT NULL PRIMARY KEY,
            ExpiresAt INTEGER NOT NULL
        );
        """,
    ];

    public static void Apply(string connectionString)
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        Execute(connection, "PRAGMA journal_mode = WAL");
        using var transaction = connection.BeginTransaction(deferred: false);
        var done = Version(connection);
        if (done > Steps.Length) throw new InvalidOperationException($"The UAA's database is of a newer version ({done}) than this program knows ({Steps.Length}).");
        for (; done < Steps.Length; done++) Execute(connection, Steps[done]);
        Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {done}"));
        transaction.Commit();
    }

    private static int Version(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are the constants above.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
