using System.Data;
using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Tatara.Database.Copying;

/// <summary>
/// Carries all rows of one database into an empty one of either engine: one moment of the first, all of it or nothing in the second.
/// Both must have the same steps behind them. Leases stay behind: they are of the moment.
/// </summary>
public sealed class DatabaseCopy(DatabaseAddress from, DatabaseAddress to)
{
    /// <returns>How many rows were carried.</returns>
    /// <exception cref="DatabaseNotEmptyException">There are rows already.</exception>
    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        await using var source = await from.OpenAsync(cancellationToken);
        await using var target = await to.OpenAsync(cancellationToken);
        if (to.Engine == DatabaseEngine.Sqlite) await target.ExecuteAsync("PRAGMA foreign_keys = OFF", cancellationToken); // They are checked at the end.
        await using var snapshot = source is SqliteConnection file
            ? file.BeginTransaction(deferred: true)
            : await source.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using var transaction = await target.BeginTransactionAsync(cancellationToken);
        await RequireSameStepsAsync(source, target, cancellationToken);
        var tables = await Catalog.TablesAsync(target, to.Engine, cancellationToken);
        foreach (var table in tables)
            if (await target.ScalarAsync($"""SELECT 1 FROM "{table}" LIMIT 1""", cancellationToken) is not null) throw new DatabaseNotEmptyException(to.Name);
        var rows = 0L;
        foreach (var table in tables) rows += await CopyAsync(source, target, table, cancellationToken);
        await FinishAsync(target, tables, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return rows;
    }

    private static async Task RequireSameStepsAsync(DbConnection source, DbConnection target, CancellationToken cancellationToken)
    {
        const string last = """SELECT MAX("Number") FROM schema_steps""";
        var (there, here) = (await source.ScalarAsync(last, cancellationToken), await target.ScalarAsync(last, cancellationToken));
        if (Convert.ToInt32(there, CultureInfo.InvariantCulture) != Convert.ToInt32(here, CultureInfo.InvariantCulture))
            throw new InvalidOperationException($"The databases are of different versions of Tatara: one is at step {there}, the other at step {here}.");
    }

    private async Task<long> CopyAsync(DbConnection source, DbConnection target, string table, CancellationToken cancellationToken)
    {
        var columns = await Catalog.ColumnsAsync(target, to.Engine, table, cancellationToken);
        var names = string.Join(", ", columns.Select(c => $"\"{c.Name}\""));
        await using var read = source.CreateCommand();
        await using var write = target.CreateCommand();
#pragma warning disable CA2100 // Names of tables and columns come from the catalog of the program's own schema.
        read.CommandText = $"SELECT {names} FROM \"{table}\"";
        write.CommandText = $"INSERT INTO \"{table}\" ({names}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
#pragma warning restore CA2100
        foreach (var (i, _) in columns.Index())
        {
            var parameter = write.CreateParameter();
            parameter.ParameterName = $"@p{i}";
            write.Parameters.Add(parameter);
        }
        var rows = 0L;
        await using var reader = await read.ExecuteReaderAsync(cancellationToken);
        for (; await reader.ReadAsync(cancellationToken); rows++)
        {
            for (var i = 0; i < columns.Count; i++) write.Parameters[i].Value = Convert(reader.GetValue(i), columns[i].Type);
            await write.ExecuteNonQueryAsync(cancellationToken);
        }
        return rows;

        static object Convert(object value, Type type) => value is DBNull ? value : System.Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
    }

    /// <summary>SQLite: is every reference there? PostgreSQL: the next row gets a number that no row has.</summary>
    private async Task FinishAsync(DbConnection target, IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        if (to.Engine == DatabaseEngine.Sqlite)
        {
            if (await target.ScalarAsync("PRAGMA foreign_key_check", cancellationToken) is { } orphaned)
                throw new InvalidOperationException($"Rows of {orphaned} in {from} belong to nothing.");
            return;
        }
        foreach (var table in tables)
        {
            if (!(await Catalog.ColumnsAsync(target, to.Engine, table, cancellationToken)).Any(c => c.Name == "Id" && c.Type == typeof(long))) continue;
            await target.ExecuteAsync(
                $"""SELECT setval(pg_get_serial_sequence('"{table}"', 'Id'), COALESCE((SELECT MAX("Id") FROM "{table}"), 0) + 1, false)""", cancellationToken);
        }
    }
}

/// <summary>What should have been empty is not: nothing was written.</summary>
public sealed class DatabaseNotEmptyException(string database) : Exception($"The database {database} has rows already.");
