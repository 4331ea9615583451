using System.Formats.Tar;
using System.Runtime.InteropServices;
using Tatara.Configuration;

namespace Tatara.Backup;

/// <summary>
/// Saves what cannot be made again into one file: databases, blobs, secrets, keys and certificates. The platform may run meanwhile.
/// The databases are saved as SQLite files and the blobs as files, wherever they are, so a backup fits any platform.
/// </summary>
internal sealed partial class PlatformBackup(PlatformOptions options)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int FileExists = 17;

    /// <summary>Made anew when they are missing; of a size that nobody wants in a backup.</summary>
    private static readonly string[] s_saved = ["secrets.json", "tls", "cluster", "uaa/signing-keys"];

    /// <summary>
    /// 1. blobs that are there before, 2. the databases, each as it is at one moment, 3. blobs that came meanwhile: so every blob that a
    /// row names is saved, even if it is removed at this moment. 4. the rest, 5. all of it into the file, which is there whole or not at all.
    /// </summary>
    public async Task WriteAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(options.SecretsFile)) throw new SetupException($"{options.Data} is not a platform's data folder.", "Name the right one by --data.");
        ChosenBlobstore.RequireChosen(options);
        if (File.Exists(file)) throw new SetupException($"{file} is there already.", "Name another file, or remove it.");
        var staging = Directory.CreateDirectory(Path.Combine(options.Data, $".backup-{Guid.NewGuid():N}"), OwnerOnly | UnixFileMode.UserExecute).FullName;
        try
        {
            foreach (var component in (string[])["cloud-controller", "uaa"]) Directory.CreateDirectory(Path.Combine(staging, component), OwnerOnly | UnixFileMode.UserExecute);
            await SaveBlobsAsync(staging, cancellationToken); // 1.
            var databases = ComponentDatabases.Of(options);
            await databases.MigrateAsync(cancellationToken);
            await databases.CopyToAsync(ComponentDatabases.InFiles(staging), cancellationToken); // 2.
            await SaveBlobsAsync(staging, cancellationToken); // 3.
            foreach (var database in (string[])[ComponentDatabases.CloudControllerFile, ComponentDatabases.UaaFile])
                File.SetUnixFileMode(Path.Combine(staging, database), OwnerOnly);
            foreach (var saved in s_saved) LinkAll(saved, staging); // 4.
            await PackAsync(staging, file, cancellationToken); // 5.
        }
        finally
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    private static async Task PackAsync(string folder, string file, CancellationToken cancellationToken)
    {
        var unfinished = file + ".unfinished";
        File.Delete(unfinished);
        await using (var stream = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            await TarFile.CreateFromDirectoryAsync(folder, stream, includeBaseDirectory: false, cancellationToken);
            stream.Flush(flushToDisk: true);
        }
        File.Move(unfinished, file);
    }

    private async Task SaveBlobsAsync(string staging, CancellationToken cancellationToken)
    {
        if (options.Blobstore is null) LinkAll(ChosenBlobstore.Folder, staging);
        else await ChosenBlobstore.InBucket(options).CopyToAsync(ChosenBlobstore.InFolder(staging), cancellationToken);
    }

    /// <summary>A second name for each file costs nothing, and stays when the first is removed. Files are never changed, only replaced.</summary>
    private void LinkAll(string name, string staging)
    {
        var source = Path.Combine(options.Data, name);
        if (File.Exists(source)) LinkFile(source, Path.Combine(staging, name));
        if (!Directory.Exists(source)) return;
        foreach (var path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            if (!path.Contains("/.unfinished/", StringComparison.Ordinal)) LinkFile(path, Path.Combine(staging, Path.GetRelativePath(options.Data, path)));
    }

    private static void LinkFile(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (Link(source, target) == 0 || Marshal.GetLastPInvokeError() == FileExists) return;
        if (File.Exists(source)) throw new IOException($"{source} cannot be saved: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string added);
}
