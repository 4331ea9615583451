using Tatara.Backup;
using Tatara.Configuration;
using Tatara.Database;
using Tatara.Testing;

namespace Tatara.Tests.Backup;

public sealed class BackupTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-backup-").FullName;

    [Theory]
    [InlineData(DatabaseEngine.Sqlite, DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.Sqlite, DatabaseEngine.PostgreSql)]
    [InlineData(DatabaseEngine.PostgreSql, DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql, DatabaseEngine.PostgreSql)]
    public async Task Restore_OfABackup_BringsBackRowsBlobsAndSecrets(DatabaseEngine from, DatabaseEngine to)
    {
        var (old, restored) = (await OptionsAsync("old", from), await OptionsAsync("new", to));
        await FillAsync(old);
        var file = Path.Combine(_directory, "backup.tar");

        await new PlatformBackup(old).WriteAsync(file, default);
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFileSystemEntries(old.Data, ".backup*").ShouldBeEmpty();
        await new PlatformRestore(restored).ReadAsync(file, default);

        foreach (var name in (string[])["secrets.json", "tls/ca.key", "uaa/signing-keys/key-1.pem", "cloud-controller/blobs/packages/ab/package"])
            File.ReadAllText(Path.Combine(restored.Data, name)).ShouldBe(name);
        File.GetUnixFileMode(Path.Combine(restored.Data, "secrets.json")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var databases = ComponentDatabases.Of(restored);
        (await ScalarAsync(databases.CloudController, """SELECT "Name" FROM "Stacks" """)).ShouldBe("bookworm");
        (await ScalarAsync(databases.Uaa, """SELECT "DisplayName" FROM groups""")).ShouldBe("cloud_controller.admin");
        File.Exists(Path.Combine(restored.Data, ComponentDatabases.UaaFile)).ShouldBe(to == DatabaseEngine.Sqlite);
    }

    [Theory]
    [InlineData(DatabaseEngine.Sqlite)]
    [InlineData(DatabaseEngine.PostgreSql)]
    public async Task Restore_SomethingIsThere_IsRefusedAndChangesNothing(DatabaseEngine engine)
    {
        var (old, restored) = (await OptionsAsync("old", DatabaseEngine.Sqlite), await OptionsAsync("new", engine));
        await FillAsync(old);
        var file = Path.Combine(_directory, "backup.tar");
        await new PlatformBackup(old).WriteAsync(file, default);
        if (engine == DatabaseEngine.Sqlite)
        {
            Directory.CreateDirectory(Path.Combine(restored.Data, "cloud-controller"));
        }
        else
        {
            var databases = ComponentDatabases.Of(restored);
            await databases.MigrateAsync(default);
            await ExecuteAsync(databases.CloudController, """INSERT INTO "Stacks" ("Name", "Guid", "CreatedAt", "UpdatedAt", "Labels", "Annotations") VALUES ('there', 'g', 1, 1, '{}', '{}')""");
        }

        (await Should.ThrowAsync<SetupException>(() => new PlatformRestore(restored).ReadAsync(file, default))).Advice.ShouldContain("Nothing was");

        File.Exists(Path.Combine(restored.Data, "secrets.json")).ShouldBeFalse();
        Directory.GetDirectories(_directory, "*.restore-*").ShouldBeEmpty();
        (await Should.ThrowAsync<SetupException>(() => new PlatformBackup(old).WriteAsync(file, default))).Problem.ShouldContain("there already");
    }

    [Fact]
    public async Task Restore_OfHalfABackup_IsRefused()
    {
        var (old, restored) = (await OptionsAsync("old", DatabaseEngine.Sqlite), await OptionsAsync("new", DatabaseEngine.Sqlite));
        await FillAsync(old);
        var file = Path.Combine(_directory, "backup.tar");
        await new PlatformBackup(old).WriteAsync(file, default);
        await using (var stream = File.OpenWrite(file)) stream.SetLength(stream.Length / 2);

        await Should.ThrowAsync<SetupException>(() => new PlatformRestore(restored).ReadAsync(file, default));

        Path.Exists(restored.Data).ShouldBeFalse();
    }

    [Fact]
    public async Task Move_ToPostgreSqlAndBack_KeepsTheRows()
    {
        var sqlite = await OptionsAsync("old", DatabaseEngine.Sqlite);
        var postgreSql = sqlite with { Database = (await OptionsAsync("other", DatabaseEngine.PostgreSql)).Database };
        await FillAsync(sqlite);

        (await new DatabaseMove(postgreSql, TimeProvider.System).ToPostgreSqlAsync(default)).ShouldBe(2);
        (await ScalarAsync(ComponentDatabases.Of(postgreSql).CloudController, """SELECT "Name" FROM "Stacks" """)).ShouldBe("bookworm");
        File.Exists(Path.Combine(sqlite.Data, ComponentDatabases.CloudControllerFile)).ShouldBeFalse();
        Directory.GetFiles(Path.Combine(sqlite.Data, "cloud-controller"), "*.moved-*").ShouldNotBeEmpty();

        (await new DatabaseMove(postgreSql, TimeProvider.System).ToSqliteAsync(default)).ShouldBe(2);
        (await ScalarAsync(ComponentDatabases.Of(sqlite).CloudController, """SELECT "Name" FROM "Stacks" """)).ShouldBe("bookworm");
        await Should.ThrowAsync<SetupException>(() => new DatabaseMove(postgreSql, TimeProvider.System).ToSqliteAsync(default));
        await Should.ThrowAsync<SetupException>(() => new DatabaseMove(postgreSql, TimeProvider.System).ToPostgreSqlAsync(default));
    }

    [Fact]
    public async Task RequireChosen_RowsAreElsewhere_SaysWhere()
    {
        var sqlite = await OptionsAsync("old", DatabaseEngine.Sqlite);
        var postgreSql = sqlite with { Database = (await OptionsAsync("other", DatabaseEngine.PostgreSql)).Database };
        ComponentDatabases.RequireChosen(sqlite);
        ComponentDatabases.RequireChosen(postgreSql);
        await FillAsync(sqlite);

        ComponentDatabases.RequireChosen(sqlite);
        Should.Throw<SetupException>(() => ComponentDatabases.RequireChosen(postgreSql)).Advice.ShouldContain("move-database postgresql");
        await new DatabaseMove(postgreSql, TimeProvider.System).ToPostgreSqlAsync(default);

        ComponentDatabases.RequireChosen(postgreSql);
        Should.Throw<SetupException>(() => ComponentDatabases.RequireChosen(sqlite)).Advice.ShouldContain("move-database sqlite");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task<PlatformOptions> OptionsAsync(string name, DatabaseEngine engine)
    {
        var options = new PlatformOptions { Data = Path.Combine(_directory, name) };
        if (engine == DatabaseEngine.Sqlite) return options;
        var file = Path.Combine(_directory, name + ".database");
        await using (var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        await using (var writer = new StreamWriter(stream))
            await writer.WriteAsync(await (await PostgreSqlServer.SharedAsync()).CreateDatabaseTextAsync());
        return options with { Database = file };
    }

    private static async Task FillAsync(PlatformOptions options)
    {
        foreach (var name in (string[])["secrets.json", "tls/ca.key", "uaa/signing-keys/key-1.pem", "cloud-controller/blobs/packages/ab/package"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(options.Data, name))!);
            AtomicFile.Write(Path.Combine(options.Data, name), name, secret: true);
        }
        var databases = ComponentDatabases.Of(options);
        await databases.MigrateAsync(default);
        await ExecuteAsync(databases.CloudController, """INSERT INTO "Stacks" ("Name", "Guid", "CreatedAt", "UpdatedAt", "Labels", "Annotations") VALUES ('bookworm', 'g', 1, 1, '{}', '{}')""");
        await ExecuteAsync(databases.Uaa, """INSERT INTO groups ("Id", "DisplayName", "CreatedAt", "UpdatedAt") VALUES ('g', 'cloud_controller.admin', 1, 1)""");
    }

    private static async Task<object?> ScalarAsync(DatabaseAddress address, string sql)
    {
        await using var connection = await address.OpenAsync(default);
        return await connection.ScalarAsync(sql, default);
    }

    private static async Task ExecuteAsync(DatabaseAddress address, string sql)
    {
        await using var connection = await address.OpenAsync(default);
        await connection.ExecuteAsync(sql, default);
    }
}
