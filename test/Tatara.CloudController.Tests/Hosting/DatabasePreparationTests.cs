using Microsoft.Data.Sqlite;
using Tatara.CloudController.Data;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Hosting;

public sealed class DatabasePreparationTests
{
    [Fact]
    public async Task Start_DatabaseOfAnotherVersion_SaysSoAndLeavesItAlone()
    {
        var cc = new CloudControllerFixture();
        await cc.InitializeAsync();
        await cc.Admin.CreateAsync("/v3/organizations", new { name = "kept" });
        await cc.StopAsync();
        var file = Directory.GetFiles(cc.DirectoryPath, "*.db", SearchOption.AllDirectories).Single();
        await ExecuteAsync(file, "PRAGMA user_version = 1");

        (await Should.ThrowAsync<OtherSchemaException>(cc.StartAsync)).Message.ShouldContain(file);

        (await ExecuteAsync(file, "SELECT count(*) FROM Organizations WHERE Name = 'kept'")).ShouldBe(1L);
        await cc.DisposeAsync();
    }

    private static async Task<object?> ExecuteAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }
}
