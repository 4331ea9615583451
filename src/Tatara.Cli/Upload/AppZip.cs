using System.IO.Compression;

namespace Tatara.Cli.Upload;

/// <summary>Packs files into a zip with Unix modes and links.</summary>
internal static class AppZip
{
    /// <summary>Half the time of the usual level for a third more bytes: the better of the two from about 60 Mbit/s on.</summary>
    private const CompressionLevel Level = CompressionLevel.Fastest;

    private const int BufferBytes = 128 * 1024;

    private static readonly DateTimeOffset FirstTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset LastTime = new(2107, 12, 31, 23, 59, 58, TimeSpan.Zero);

    /// <summary>A zip in a temporary file that is gone as soon as it is closed, whatever ends the program.</summary>
    /// <exception cref="CfException">A file changed since it was hashed, or cannot be read.</exception>
    public static async Task<FileStream> CreateAsync(IAppFiles source, IEnumerable<AppFile> files, CancellationToken stop)
    {
        var stream = Temporary();
        try
        {
            // Disks are no network: for thousands of small files, waiting asynchronously takes longer than all the rest.
            await Task.Run(() => Write(stream, source, files, stop), stop);
            stream.Position = 0;
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static void Write(Stream stream, IAppFiles source, IEnumerable<AppFile> files, CancellationToken stop)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        var buffer = new byte[BufferBytes];
        foreach (var file in files)
        {
            stop.ThrowIfCancellationRequested();
            Add(zip, source, file, buffer);
        }
    }

    private static void Add(ZipArchive zip, IAppFiles source, AppFile file, byte[] buffer)
    {
        var entry = zip.CreateEntry(file.Kind == AppFileKind.Directory ? file.Path + "/" : file.Path, Level);
        entry.ExternalAttributes = file.UnixMode << 16;
        entry.LastWriteTime = Within(source.LastWrite(file));
        if (file.Kind == AppFileKind.Directory) return;

        using var content = source.Open(file);
        using var target = entry.Open();
        using var sha1 = ContentHash.Start();
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            sha1.AppendData(buffer, 0, read);
            target.Write(buffer, 0, read);
        }

        if (file.Kind == AppFileKind.File && Convert.ToHexStringLower(sha1.GetHashAndReset()) != file.Sha1)
        {
            throw new CfException(
                $"Aborting push: File {file.Path} has been modified since the start of push. Validate the correct state of the file and try again.");
        }
    }

    /// <summary>A file that is gone as soon as it is closed, whatever ends the program.</summary>
    internal static FileStream Temporary()
    {
        var path = Path.Combine(Path.GetTempPath(), $"cf-{Guid.NewGuid():N}.zip");
        return LocalFile.Try(path, "written", () =>
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.Delete,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            var stream = new FileStream(path, options);
            File.Delete(path);
            return stream;
        });
    }

    /// <summary>A zip has no room for other times.</summary>
    private static DateTimeOffset Within(DateTimeOffset time) => time < FirstTime ? FirstTime : time > LastTime ? LastTime : time;
}
