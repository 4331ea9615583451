using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.Database;
using Tatara.Testing;
using Tatara.Uaa.Data;

namespace Tatara.Uaa.Tests;

public sealed class MigrationTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("uaa-schema-").FullName;

    [Theory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql)]
    public async Task Steps_AllDone_HaveEveryColumnOfTheModel(DatabaseEngine engine)
    {
        var address = await CreateAsync(engine);
        await UaaDatabase.Migrator(address, TimeProvider.System, NullLogger.Instance).ApplyAsync(CancellationToken.None);
        var options = new DbContextOptionsBuilder<UaaDbContext>();
        options.Use(address);
        await using var context = new UaaDbContext(options.Options);

        var wanted = context.Model.GetEntityTypes()
            .SelectMany(e => e.GetProperties().Select(p => $"column {e.GetTableName()}.{p.GetColumnName()} {TypeOf(p.GetColumnType())}{(p.IsNullable ? "" : " not null")}"));

        (await SchemaCatalog.ReadAsync(address, "schema_steps", "signing_keys")).Where(l => l.StartsWith("column ", StringComparison.Ordinal))
            .ShouldBe(wanted.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Start_DatabaseFromBeforeTheTableOfSteps_KeepsItsUsers()
    {
        await using var uaa = await RunningUaa.StartAsync(o => o with { Database = DatabaseAddress.Sqlite(Path.Combine(_directory, "uaa.db")) });
        await uaa.CreateUserAsync(await uaa.AdminAccessTokenAsync(), "dora", "secret");
        await using (var connection = await uaa.Options.Database!.OpenAsync(CancellationToken.None))
            await connection.ExecuteAsync("DROP TABLE schema_steps; DROP TABLE signing_keys; PRAGMA user_version = 1", CancellationToken.None);

        await uaa.RestartAsync();

        (await uaa.LogInAsync("dora", "secret")).EnsureSuccessStatusCode();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task<DatabaseAddress> CreateAsync(DatabaseEngine engine) => engine == DatabaseEngine.Sqlite
        ? DatabaseAddress.Sqlite(Path.Combine(_directory, "test.db"))
        : (await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync()).For("uaa");

    /// <summary>PostgreSQL's catalog has its own names.</summary>
    private static string TypeOf(string columnType) => columnType switch { "integer" => "int4", "bigint" => "int8", "boolean" => "bool", var other => other };
}
