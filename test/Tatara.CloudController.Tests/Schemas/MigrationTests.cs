using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.CloudController.Data;
using Tatara.CloudController.Tests.Support;
using Tatara.Database;
using Tatara.Database.Migrations;
using Tatara.Testing;

namespace Tatara.CloudController.Tests.Schemas;

public sealed class MigrationTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-cc-schema-").FullName;

    [Theory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql)]
    public async Task Steps_AllDone_MakeTheTablesOfTheModel(DatabaseEngine engine)
    {
        var (migrated, modelled) = (await CreateAsync(engine), await CreateAsync(engine));
        await Migrator(migrated, Steps(engine)).ApplyAsync(CancellationToken.None);
        await CreateFromModelAsync(modelled);

        var tables = (await TablesAsync(migrated)).ToList();
        tables.Count.ShouldBeGreaterThan(300);
        tables.ShouldBe(await TablesAsync(modelled));
    }

    /// <summary>While one Cloud Controller after the other is upgraded, those that are not yet work on the new tables.</summary>
    [Theory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql)]
    public async Task Steps_ThatSayNothingElse_LeaveWhatOlderProgramsUse(DatabaseEngine engine)
    {
        var (database, steps) = (await CreateAsync(engine), Steps(engine));
        await Migrator(database, steps.Take(1)).ApplyAsync(CancellationToken.None);
        foreach (var step in steps.Skip(1))
        {
            var before = await SchemaCatalog.ReadAsync(database);
            await Migrator(database, steps.Take(step.Number)).ApplyAsync(CancellationToken.None);
            if (step.OldestProgram == step.Number) continue;
            var after = await SchemaCatalog.ReadAsync(database);

            Columns(before).Except(Columns(after)).ShouldBeEmpty($"Step {step.Number} takes columns away: name the oldest program that does without.");
            var tables = Columns(before).Select(TableOf).ToHashSet();
            Columns(after).Except(Columns(before)).Where(c => tables.Contains(TableOf(c)) && c.EndsWith(" not null", StringComparison.Ordinal))
                .ShouldBeEmpty($"Step {step.Number} adds columns that older programs leave out: give them a default.");
        }
    }

    /// <summary>Somebody's database has them behind it already.</summary>
    [Theory]
    [InlineData("0001-first.sqlite.sql", "22be3e05170a2c52")]
    [InlineData("0001-first.postgresql.sql", "a5f18c183b2260e2")]
    [InlineData("0002-leases.sql", "2d1a32fd5d22c05e")]
    [InlineData("0003-ports-and-services.sqlite.sql", "701b1162eb8f8f45")]
    [InlineData("0003-ports-and-services.postgresql.sql", "40e8562dba15ef97")]
    public void Steps_Released_StayAsTheyAre(string file, string sha256)
    {
        var assembly = typeof(CloudControllerDatabase).Assembly;
        using var stream = assembly.GetManifestResourceStream(assembly.GetManifestResourceNames().Single(n => n.EndsWith(file, StringComparison.Ordinal)))!;

        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stream))[..16].ShouldBe(sha256);
    }

    [Fact]
    public async Task Start_DatabaseFromBeforeMigrations_KeepsItsRowsAndGetsTheSteps()
    {
        var cc = new CloudControllerFixture();
        cc.Database = DatabaseAddress.Sqlite(Path.Combine(cc.DirectoryPath, "cloud-controller.db"));
        await using (var connection = await cc.Database.OpenAsync(CancellationToken.None))
        {
            await connection.ExecuteAsync(Steps(DatabaseEngine.Sqlite)[0].Sql, CancellationToken.None);
            await connection.ExecuteAsync($"PRAGMA user_version = {CloudControllerDatabase.FirstUserVersion}", CancellationToken.None);
            await connection.ExecuteAsync(
                """
                INSERT INTO "OrganizationQuotas" ("Guid", "Name", "PaidServicesAllowed", "CreatedAt", "UpdatedAt") VALUES ('q', 'default', 1, 1, 1);
                INSERT INTO "Organizations" ("Guid", "Name", "Suspended", "QuotaGuid", "Labels", "Annotations", "CreatedAt", "UpdatedAt") VALUES ('o', 'Kept', 0, 'q', '{}', '{}', 1, 1);
                """,
                CancellationToken.None);
        }

        await cc.InitializeAsync();

        (await cc.Admin.GetAsync("/v3/organizations?names=kept")).Json["resources"]![0]!["guid"]!.ToString().ShouldBe("o");
        await using (var connection = await cc.Database.OpenAsync(CancellationToken.None))
            (await connection.ScalarAsync("SELECT count(*) FROM schema_steps", CancellationToken.None)).ShouldBe((long)Steps(DatabaseEngine.Sqlite).Count);
        await cc.DisposeAsync();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static IReadOnlyList<Migration> Steps(DatabaseEngine engine) => Migration.ReadAll(typeof(CloudControllerDatabase).Assembly, engine);

    private static Migrator Migrator(DatabaseAddress address, IEnumerable<Migration> steps) =>
        new(address, [.. steps], new Dictionary<int, int>(), TimeProvider.System, NullLogger.Instance);

    private async Task<DatabaseAddress> CreateAsync(DatabaseEngine engine) => engine == DatabaseEngine.Sqlite
        ? DatabaseAddress.Sqlite(Path.Combine(_directory, Guid.NewGuid().ToString("N")))
        : (await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync()).For("cloud_controller");

    private static async Task CreateFromModelAsync(DatabaseAddress address)
    {
        var options = new DbContextOptionsBuilder<CloudControllerDbContext>();
        options.Use(address);
        await using var db = new CloudControllerDbContext(options.Options, TimeProvider.System);
        await using var connection = await address.OpenAsync(CancellationToken.None);
        if (address.Schema is { } schema) await connection.ExecuteAsync($"CREATE SCHEMA {schema}", CancellationToken.None);
        await connection.ExecuteAsync(db.Database.GenerateCreateScript(), CancellationToken.None);
    }

    /// <summary>Without defaults: those serve older programs, of which the model knows nothing.</summary>
    private static async Task<IEnumerable<string>> TablesAsync(DatabaseAddress address) =>
        (await SchemaCatalog.ReadAsync(address, "schema_steps", "leases")).Select(l => l.Replace(" default", "", StringComparison.Ordinal));

    private static List<string> Columns(IEnumerable<string> catalog) => [.. catalog.Where(l => l.StartsWith("column ", StringComparison.Ordinal))];

    private static string TableOf(string column) => column.Split(' ', '.')[1];
}
