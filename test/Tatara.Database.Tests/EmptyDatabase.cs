using Tatara.Testing;

namespace Tatara.Database.Tests;

/// <summary>A fresh database of either engine, for one test.</summary>
internal sealed class EmptyDatabase : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-database-").FullName;

    private EmptyDatabase()
    {
    }

    public DatabaseAddress Address { get; private set; } = null!;

    public static async Task<EmptyDatabase> CreateAsync(DatabaseEngine engine)
    {
        var database = new EmptyDatabase();
        database.Address = engine == DatabaseEngine.Sqlite
            ? DatabaseAddress.Sqlite(Path.Combine(database._directory, "test.db"))
            : (await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync()).For("component");
        return database;
    }

    public async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = await Address.OpenAsync(CancellationToken.None);
        return await connection.ScalarAsync(sql, CancellationToken.None);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await Address.OpenAsync(CancellationToken.None);
        await connection.ExecuteAsync(sql, CancellationToken.None);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
