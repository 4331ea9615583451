using System.Formats.Tar;
using Tatara.Configuration;

namespace Tatara.Backup;

/// <summary>Makes a platform's data folder, and its rows in PostgreSQL where they are to be kept there, from a backup.</summary>
internal sealed class PlatformRestore(PlatformOptions options)
{
    /// <summary>1. nothing may be there, 2. unpack beside the place, 3. rows into PostgreSQL, 4. all of it into place at once.</summary>
    public async Task ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file)) throw new SetupException($"There is no file {file}.", "Name one that `tatara backup` wrote.");
        RequireEmpty(); // 1.
        var unpacked = options.Data.TrimEnd('/') + $".restore-{Guid.NewGuid():N}";
        Directory.CreateDirectory(unpacked, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            await UnpackAsync(file, unpacked, cancellationToken); // 2.
            if (options.Database is { } database) await MoveRowsAsync(unpacked, database, cancellationToken); // 3.
            MoveIntoPlace(unpacked); // 4.
        }
        finally
        {
            if (Directory.Exists(unpacked)) Directory.Delete(unpacked, recursive: true);
        }
    }

    private void RequireEmpty()
    {
        foreach (var name in (string[])["secrets.json", "cloud-controller", "uaa", "tls", "cluster"])
            if (Path.Exists(Path.Combine(options.Data, name)))
                throw new SetupException($"{options.Data} is not empty: there is {name} already.", "Nothing was changed. Name an empty folder by --data, or remove what is there: ./tatara destroy");
    }

    private static async Task UnpackAsync(string file, string folder, CancellationToken cancellationToken)
    {
        try
        {
            await TarFile.ExtractToDirectoryAsync(file, folder, overwriteFiles: false, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new SetupException($"{file} is no backup, or a part of one: {e.Message}", "Nothing was changed.", e);
        }
        foreach (var name in (string[])["secrets.json", ComponentDatabases.CloudControllerFile, ComponentDatabases.UaaFile])
            if (!File.Exists(Path.Combine(folder, name))) throw new SetupException($"{file} is no whole backup: {name} is missing.", "Nothing was changed.");
    }

    private static async Task MoveRowsAsync(string unpacked, string database, CancellationToken cancellationToken)
    {
        var saved = ComponentDatabases.InFiles(unpacked);
        await saved.MigrateAsync(cancellationToken); // It may be an older version's.
        await saved.CopyToAsync(ComponentDatabases.InPostgreSql(DatabaseFile.Read(database)), cancellationToken);
        foreach (var name in (string[])[ComponentDatabases.CloudControllerFile, ComponentDatabases.UaaFile])
            File.Delete(Path.Combine(unpacked, name));
    }

    /// <summary>The secrets come last: by them a folder is known as a platform's.</summary>
    private void MoveIntoPlace(string unpacked)
    {
        Directory.CreateDirectory(options.Data);
        foreach (var path in Directory.GetFileSystemEntries(unpacked).OrderBy(p => Path.GetFileName(p) == "secrets.json"))
            Directory.Move(path, Path.Combine(options.Data, Path.GetFileName(path)));
    }
}
