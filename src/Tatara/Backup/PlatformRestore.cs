using System.Formats.Tar;
using Tatara.Configuration;

namespace Tatara.Backup;

/// <summary>Makes a platform's data folder from a backup, and its rows in PostgreSQL and its blobs in a bucket where they are to be kept there.</summary>
internal sealed class PlatformRestore(PlatformOptions options)
{
    /// <summary>1. nothing may be there, 2. unpack beside the place, 3. blobs into the bucket, 4. rows into PostgreSQL, 5. all of it into place at once.</summary>
    public async Task ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file)) throw new SetupException($"There is no file {file}.", "Name one that `tatara backup` wrote.");
        RequireEmpty(); // 1.
        var unpacked = options.Data.TrimEnd('/') + $".restore-{Guid.NewGuid():N}";
        Directory.CreateDirectory(unpacked, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            await UnpackAsync(file, unpacked, cancellationToken); // 2.
            if (options.Blobstore is not null) await MoveBlobsAsync(unpacked, cancellationToken); // 3.
            if (options.Database is { } database) await MoveRowsAsync(unpacked, database, cancellationToken); // 4.
            MoveIntoPlace(unpacked); // 5.
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

    /// <summary>The bucket may have some of them from a restore that was cut off, but no others.</summary>
    private async Task MoveBlobsAsync(string unpacked, CancellationToken cancellationToken)
    {
        var (saved, bucket) = (ChosenBlobstore.InFolder(unpacked), ChosenBlobstore.InBucket(options));
        if (await bucket.KeysBeyondAsync(saved, cancellationToken) is { Count: > 0 } others)
            throw new SetupException($"{bucket.Name} is not empty: there is {others[0]}, which is not in the backup.", "Nothing was written. Name an empty bucket, or another prefix in it.");
        await saved.CopyToAsync(bucket, cancellationToken);
        Directory.Delete(Path.Combine(unpacked, ChosenBlobstore.Folder), recursive: true);
        ChosenBlobstore.Remember(unpacked, BlobstoreFile.Read(options.Blobstore!).Place);
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
