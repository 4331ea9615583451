using System.IO.Compression;

namespace Tatara.Dea.Archives;

/// <summary>Unpacks a zip: a package or a buildpack.</summary>
internal static class ZipUnpacker
{
    /// <summary>A file's type in the upper half of its external attributes, as Unix keeps it.</summary>
    public const int TypeMask = 0xF000, SymbolicLink = 0xA000;

    private const int RegularFile = 0x8000, DirectoryType = 0x4000;
    private const int MaxLinkBytes = 4096;

    /// <summary>Of an entry in the list of contents, on average: its name and 46 bytes besides.</summary>
    private const long ListedBytes = 200;

    /// <summary>The end of the archive is searched for its beginning, and read in larger pieces than it has.</summary>
    private const long SmallestList = 1 << 20;

    private const UnixFileMode PlainFile = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = PlainFile | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Returns the bytes of all files.</summary>
    /// <exception cref="ArchiveException">It is broken, hostile or beyond a limit. What was unpacked so far is the caller's to remove.</exception>
    public static async Task<long> UnpackAsync(string zipFile, string root, int ownerId, ArchiveLimits limits, CancellationToken cancellationToken)
    {
        var tree = new TreeWriter(root, ownerId, limits);
        try
        {
            await using var file = new LocalFile(zipFile);
            await using var bounded = new IndexBound(file, Math.Max(limits.Entries * ListedBytes, SmallestList));
            await using var zip = await ZipArchive.CreateAsync(bounded, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellationToken);
            var entries = zip.Entries;
            bounded.BeginContent();
            foreach (var entry in entries) await AddAsync(tree, entry, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new ArchiveException("The archive is not a valid zip: " + e.Message, e);
        }
        return tree.Bytes;
    }

    private static async Task AddAsync(TreeWriter tree, ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        var attributes = entry.ExternalAttributes >> 16 & 0xFFFF;
        var mode = (UnixFileMode)(attributes & 0x1FF);
        if (entry.FullName.EndsWith('/') || (attributes & TypeMask) == DirectoryType)
        {
            tree.AddDirectory(entry.FullName, mode == 0 ? Executable : mode);
            return;
        }
        switch (attributes & TypeMask)
        {
            case 0 or RegularFile:
                await using (var content = await entry.OpenAsync(cancellationToken))
                    await tree.AddFileAsync(entry.FullName, mode == 0 ? PlainFile : mode, entry.LastWriteTime, content, cancellationToken);
                break;
            case SymbolicLink:
                tree.AddSymbolicLink(entry.FullName, await ReadLinkAsync(entry, cancellationToken));
                break;
            default:
                throw new ArchiveException($"The archive holds '{entry.FullName}', which is neither a file, a directory nor a link.");
        }
    }

    private static async Task<string> ReadLinkAsync(ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Length > MaxLinkBytes) throw new ArchiveException($"The link '{entry.FullName}' has no valid target.");
        await using var content = await entry.OpenAsync(cancellationToken);
        var target = new byte[MaxLinkBytes];
        var length = await content.ReadAtLeastAsync(target, target.Length, throwOnEndOfStream: false, cancellationToken);
        return System.Text.Encoding.UTF8.GetString(target, 0, length);
    }
}
