using Tatara.Database;

namespace Tatara.Testing;

/// <summary>
/// The database of a test's component: the one that comes with it, or a fresh one in PostgreSQL when the environment says
/// TATARA_TEST_DATABASE=postgresql. So every test runs on either engine.
/// </summary>
public static class TestDatabase
{
    private const string Variable = "TATARA_TEST_DATABASE";

    public static bool IsPostgreSql => Environment.GetEnvironmentVariable(Variable) == "postgresql";

    /// <summary>Null: the component's own SQLite file.</summary>
    public static async Task<DatabaseAddress?> CreateAsync() => IsPostgreSql ? await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync() : null;
}
