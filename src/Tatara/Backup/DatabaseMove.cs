using System.Globalization;
using Tatara.Configuration;

namespace Tatara.Backup;

/// <summary>Moves the rows of a platform that does not run from SQLite to PostgreSQL, or back.</summary>
internal sealed class DatabaseMove(PlatformOptions options, TimeProvider time)
{
    private static readonly string[] s_files = [ComponentDatabases.CloudControllerFile, ComponentDatabases.UaaFile];

    /// <summary>The files stay, under another name: nobody takes them for the platform's, and nothing is lost.</summary>
    public async Task<long> ToPostgreSqlAsync(CancellationToken cancellationToken)
    {
        foreach (var file in s_files)
            if (!File.Exists(Path.Combine(options.Data, file))) throw new SetupException($"There is no {Path.Combine(options.Data, file)}.", "Are the rows in PostgreSQL already? Name the data folder by --data.");
        var files = ComponentDatabases.InFiles(options.Data);
        await files.MigrateAsync(cancellationToken);
        var rows = await files.CopyToAsync(PostgreSql(), cancellationToken);
        var suffix = time.GetUtcNow().ToString("'.moved-'yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        foreach (var file in s_files.Select(f => Path.Combine(options.Data, f))) File.Move(file, file + suffix);
        return rows;
    }

    /// <summary>What is in PostgreSQL stays there.</summary>
    public async Task<long> ToSqliteAsync(CancellationToken cancellationToken)
    {
        foreach (var file in s_files)
            if (File.Exists(Path.Combine(options.Data, file))) throw new SetupException($"There is {Path.Combine(options.Data, file)} already.", "Nothing was changed. Move it away first.");
        var databases = PostgreSql();
        await databases.MigrateAsync(cancellationToken);
        foreach (var file in s_files) Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(options.Data, file))!);
        return await databases.CopyToAsync(ComponentDatabases.InFiles(options.Data), cancellationToken);
    }

    private ComponentDatabases PostgreSql() => options.Database is { } file
        ? ComponentDatabases.InPostgreSql(DatabaseFile.Read(file))
        : throw new SetupException("Which PostgreSQL?", "Name a file with its address by --database.");
}
