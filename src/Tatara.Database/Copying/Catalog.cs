using System.Data.Common;

namespace Tatara.Database.Copying;

/// <summary>Which tables and columns there are.</summary>
internal static class Catalog
{
    /// <summary>What belongs to the database rather than to the platform.</summary>
    private const string Own = "('schema_steps', 'leases')";

    /// <summary>Those that others refer to come before those.</summary>
    public static async Task<IReadOnlyList<string>> TablesAsync(DbConnection connection, DatabaseEngine engine, CancellationToken cancellationToken)
    {
        var tables = await ReadAsync(connection, engine == DatabaseEngine.Sqlite
            ? $"SELECT name, '' FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT IN {Own} ORDER BY name"
            : $"SELECT table_name, '' FROM information_schema.tables WHERE table_schema = current_schema() AND table_name NOT IN {Own} ORDER BY table_name", cancellationToken);
        var references = await ReadAsync(connection, engine == DatabaseEngine.Sqlite
            ? "SELECT t.name, f.\"table\" FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'"
            : """
              SELECT c.relname, p.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
              WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace
              """, cancellationToken);
        var parents = references.Where(r => r.First != r.Second).ToLookup(r => r.First, r => r.Second);
        var ordered = new List<string>();
        foreach (var (table, _) in tables) Add(table);
        return ordered;

        void Add(string table)
        {
            if (ordered.Contains(table)) return;
            foreach (var parent in parents[table]) Add(parent);
            ordered.Add(table);
        }
    }

    public static async Task<IReadOnlyList<(string Name, Type Type)>> ColumnsAsync(
        DbConnection connection, DatabaseEngine engine, string table, CancellationToken cancellationToken)
    {
        var columns = await ReadAsync(connection, engine == DatabaseEngine.Sqlite
            ? $"SELECT name, type FROM pragma_table_info('{table}') ORDER BY cid"
            : $"SELECT column_name, udt_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '{table}' ORDER BY ordinal_position", cancellationToken);
        return [.. columns.Select(c => (c.First, TypeOf(c.Second)))];
    }

    private static Type TypeOf(string column) => column.ToUpperInvariant() switch
    {
        "BOOL" or "BOOLEAN" => typeof(bool),
        "INT4" => typeof(int),
        "INT8" or "INTEGER" or "BIGINT" => typeof(long),
        "TEXT" or "CITEXT" => typeof(string),
        var other => throw new NotSupportedException($"Columns of type {other} cannot be carried over yet."),
    };

    private static async Task<List<(string First, string Second)>> ReadAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // As above: names come from the catalog.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(string, string)>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add((reader.GetString(0), reader.GetString(1)));
        return rows;
    }
}
