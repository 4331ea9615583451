using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.Database.Migrations;

namespace Tatara.Database.Tests;

public sealed class MigratorTests
{
    private static readonly Migration[] Steps =
    [
        new(1, "first", """CREATE TABLE things ("Name" TEXT NOT NULL)""", 1),
        new(2, "second", """ALTER TABLE things ADD COLUMN "Size" INTEGER NULL; INSERT INTO things ("Name", "Size") VALUES ('second', 2)""", 1),
        new(3, "third", """INSERT INTO things ("Name") VALUES ('third')""", 1),
    ];

    [Theory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql)]
    public async Task Apply_Twice_DoesEachStepOnce(DatabaseEngine engine)
    {
        using var database = await EmptyDatabase.CreateAsync(engine);

        await ApplyAsync(database, Steps);
        await ApplyAsync(database, Steps);

        (await CountAsync(database, "SELECT count(*) FROM things")).ShouldBe(2);
        (await CountAsync(database, "SELECT count(*) FROM schema_steps")).ShouldBe(3);
    }

    [Theory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql)]
    public async Task Apply_ByManyAtOnce_DoesEachStepOnce(DatabaseEngine engine)
    {
        using var database = await EmptyDatabase.CreateAsync(engine);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => ApplyAsync(database, Steps))));

        (await CountAsync(database, "SELECT count(*) FROM things")).ShouldBe(2);
    }

    [Theory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql)]
    public async Task Apply_StepFailsHalfway_LeavesNothingOfItAndGoesOnLater(DatabaseEngine engine)
    {
        using var database = await EmptyDatabase.CreateAsync(engine);
        Migration[] broken = [Steps[0], Steps[1] with { Sql = Steps[1].Sql + "; INSERT INTO nowhere VALUES (1)" }];

        await Should.ThrowAsync<DbException>(() => ApplyAsync(database, broken));
        (await CountAsync(database, "SELECT count(*) FROM things")).ShouldBe(0);
        (await CountAsync(database, "SELECT count(*) FROM schema_steps")).ShouldBe(1);

        await ApplyAsync(database, Steps);
        (await CountAsync(database, "SELECT count(*) FROM things")).ShouldBe(2);
    }

    [Theory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql)]
    public async Task Apply_DatabaseOfANewerProgramThatOnlyAdded_GoesOn(DatabaseEngine engine)
    {
        using var database = await EmptyDatabase.CreateAsync(engine);
        await ApplyAsync(database, Steps);

        await ApplyAsync(database, Steps[..1]);

        (await CountAsync(database, "SELECT count(*) FROM schema_steps")).ShouldBe(3);
    }

    [Theory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql)]
    public async Task Apply_DatabaseOfANewerProgramThatTookAway_SaysSo(DatabaseEngine engine)
    {
        using var database = await EmptyDatabase.CreateAsync(engine);
        await ApplyAsync(database, [.. Steps[..2], new Migration(3, "contract", """ALTER TABLE things DROP COLUMN "Size" """, OldestProgram: 2)]);

        await ApplyAsync(database, Steps[..2]);
        var refused = await Should.ThrowAsync<OtherSchemaException>(() => ApplyAsync(database, Steps[..1]));

        refused.Message.ShouldContain("step 3");
        refused.Message.ShouldContain("step 2");
        refused.Advice.ShouldContain("newer");
    }

    [Fact]
    public async Task Apply_DatabaseFromBeforeTheTableOfSteps_IsTakenOverWithItsRows()
    {
        using var database = await EmptyDatabase.CreateAsync(DatabaseEngine.Sqlite);
        await database.ExecuteAsync($"{Steps[0].Sql}; INSERT INTO things (Name) VALUES ('kept'); PRAGMA user_version = -77");

        await ApplyAsync(database, Steps);

        (await CountAsync(database, "SELECT count(*) FROM things WHERE Name = 'kept'")).ShouldBe(1);
        (await CountAsync(database, "SELECT count(*) FROM schema_steps")).ShouldBe(3);
    }

    [Fact]
    public async Task Apply_DatabaseOfAnUnknownEarlyVersion_SaysSoAndLeavesItAlone()
    {
        using var database = await EmptyDatabase.CreateAsync(DatabaseEngine.Sqlite);
        await database.ExecuteAsync("CREATE TABLE other (Name TEXT); PRAGMA user_version = 5");

        (await Should.ThrowAsync<OtherSchemaException>(() => ApplyAsync(database, Steps))).Message.ShouldContain(database.Address.Name);

        (await CountAsync(database, "SELECT count(*) FROM sqlite_master")).ShouldBe(1);
    }

    [Fact]
    public async Task Apply_StepThatOrphansRows_IsUndone()
    {
        using var database = await EmptyDatabase.CreateAsync(DatabaseEngine.Sqlite);
        Migration[] steps =
        [
            new(1, "first", "CREATE TABLE a (Id INTEGER PRIMARY KEY); CREATE TABLE b (A INTEGER REFERENCES a (Id)); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)", 1),
            new(2, "orphans", "DELETE FROM a", 1),
        ];

        (await Should.ThrowAsync<InvalidOperationException>(() => ApplyAsync(database, steps))).Message.ShouldContain("rows of b");

        (await CountAsync(database, "SELECT count(*) FROM a")).ShouldBe(1);
    }

    private static Task ApplyAsync(EmptyDatabase database, Migration[] steps) =>
        new Migrator(database.Address, steps, new Dictionary<int, int> { [-77] = 1 }, TimeProvider.System, NullLogger.Instance).ApplyAsync(CancellationToken.None);

    private static async Task<int> CountAsync(EmptyDatabase database, string sql) => Convert.ToInt32(await database.ScalarAsync(sql), CultureInfo.InvariantCulture);
}
