using System.Data.Common;
using Tatara.Database;

namespace Tatara.Testing;

/// <summary>What a database has: a line for each column, index and foreign key, the same however it came to be.</summary>
public static class SchemaCatalog
{
    private const string Sqlite = """
        SELECT 'column ' || t.name || '.' || c.name || ' ' || c.type || CASE c."notnull" WHEN 1 THEN ' not null' ELSE '' END
            || CASE c.dflt_value IS NULL WHEN 1 THEN '' ELSE ' default' END
        FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'
        UNION ALL
        SELECT 'index ' || t.name || CASE i."unique" WHEN 1 THEN ' unique' ELSE '' END || ' '
            || (SELECT group_concat(name || ' ' || coll) FROM pragma_index_xinfo(i.name) WHERE key = 1)
        FROM sqlite_master t, pragma_index_list(t.name) i WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'
        UNION ALL
        SELECT 'reference ' || t.name || '.' || f."from" || ' to ' || f."table" || '.' || f."to" || ' ' || f.on_delete
        FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
        """;

    private const string PostgreSql = """
        SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
            || CASE WHEN column_default IS NULL AND is_identity = 'NO' THEN '' ELSE ' default' END
        FROM information_schema.columns WHERE table_schema = current_schema()
        UNION ALL
        SELECT 'index ' || regexp_replace(replace(indexdef, schemaname || '.', ''), 'INDEX \S+ ON', 'ON') FROM pg_indexes WHERE schemaname = current_schema()
        UNION ALL
        SELECT 'reference ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
        """;

    /// <param name="but">Tables to leave out.</param>
    public static async Task<IReadOnlyList<string>> ReadAsync(DatabaseAddress address, params string[] but)
    {
        await using var connection = await address.OpenAsync(CancellationToken.None);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = address.Engine == DatabaseEngine.Sqlite ? Sqlite : PostgreSql;
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        return [.. lines.Where(l => !but.Any(table => l.Contains(table, StringComparison.Ordinal))).Order(StringComparer.Ordinal)];
    }
}
