using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Tatara.Uaa.Data;

namespace Tatara.Uaa.Tests;

public sealed class SchemaTests
{
    [Fact]
    public async Task Schema_Applied_HasEveryColumnOfTheModel()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var options = new DbContextOptionsBuilder<UaaDbContext>().UseSqlite(UaaHost.ConnectionString(uaa.Options)).Options;
        await using var context = new UaaDbContext(options);

        foreach (var entity in context.Model.GetEntityTypes())
        {
            var table = entity.GetTableName()!;
            var wanted = entity.GetProperties().Select(p => (Name: p.GetColumnName(), p.IsNullable)).Order();
            (await ColumnsAsync(uaa.Options, table)).Order().ShouldBe(wanted, table);
        }
    }

    private static async Task<List<(string Name, bool IsNullable)>> ColumnsAsync(UaaOptions options, string table)
    {
        await using var connection = new SqliteConnection(UaaHost.ConnectionString(options));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT name, \"notnull\" FROM pragma_table_info('{table}')";
        await using var reader = await command.ExecuteReaderAsync();
        var columns = new List<(string, bool)>();
        while (await reader.ReadAsync()) columns.Add((reader.GetString(0), reader.GetInt32(1) == 0));
        return columns;
    }
}
