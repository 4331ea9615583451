using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Tatara.Database;

/// <summary>Which program keeps the rows.</summary>
public enum DatabaseEngine
{
    /// <summary>A file beside the one process that uses it.</summary>
    Sqlite,

    /// <summary>A server that several machines reach.</summary>
    PostgreSql,
}

/// <summary>Where a component's rows are. It may hold a password, so what it shows of itself leaves that out.</summary>
public sealed partial class DatabaseAddress
{
    private readonly string _connectionString;

    private DatabaseAddress(DatabaseEngine engine, string name, string connectionString, string? schema = null)
    {
        (Engine, Name, _connectionString, Schema) = (engine, name, connectionString, schema);
    }

    /// <summary>Decides which SQL is spoken.</summary>
    public DatabaseEngine Engine { get; }

    /// <summary>What people are told: the file, or server and database.</summary>
    public string Name { get; }

    /// <summary>PostgreSQL: the component's own part of the database, so that one database serves all of them.</summary>
    public string? Schema { get; }

    /// <summary>A database in a file, made when it is missing.</summary>
    public static DatabaseAddress Sqlite(string file) =>
        new(DatabaseEngine.Sqlite, file, new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true, DefaultTimeout = WaitSeconds }.ToString());

    /// <summary>The same database, as one component uses it. A SQLite file is one component's anyway.</summary>
    public DatabaseAddress For(string component) => Engine == DatabaseEngine.Sqlite
        ? this
        : new DatabaseAddress(Engine, Name, new NpgsqlConnectionStringBuilder(_connectionString)
        {
            SearchPath = $"{component},public", ApplicationName = "tatara-" + component,
        }.ToString(), component);

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal string ConnectionString => _connectionString;

    /// <summary>Lets go of the connections that wait for reuse: a SQLite file is then whole without those beside it, and may be moved.</summary>
    public void CloseIdle()
    {
        using var connection = CreateConnection();
        if (connection is SqliteConnection file) SqliteConnection.ClearPool(file);
        else NpgsqlConnection.ClearPool((NpgsqlConnection)connection);
    }

    /// <summary>An open connection of its own.</summary>
    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = CreateConnection();
        try
        {
            await connection.OpenAsync(cancellationToken);
            await PrepareAsync(connection, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same, kept apart from those that others use: what Npgsql learns of a database at its first connection, it does not learn again.</summary>
    internal DatabaseAddress Unpooled => Engine == DatabaseEngine.Sqlite
        ? this
        : new DatabaseAddress(Engine, Name, new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false }.ToString(), Schema);

    private DbConnection CreateConnection() => Engine == DatabaseEngine.Sqlite ? new SqliteConnection(_connectionString) : new NpgsqlConnection(_connectionString);

    private async Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (Engine == DatabaseEngine.Sqlite) await connection.ExecuteAsync(SqlitePragmas.Text, cancellationToken);
    }
}
