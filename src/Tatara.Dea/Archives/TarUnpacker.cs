using System.Formats.Tar;
using System.IO.Compression;

namespace Tatara.Dea.Archives;

/// <summary>Unpacks a tar or a tar.gz while it arrives.</summary>
internal static class TarUnpacker
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>Of one entry: its header, long names and attributes, and what is skipped to get there.</summary>
    private const long MaxHeaderBytes = 1 << 20;

    /// <summary>A tar.gz. Returns the bytes of all its files.</summary>
    /// <exception cref="ArchiveException">It is broken, hostile or beyond a limit. What was unpacked so far is the caller's to remove.</exception>
    public static async Task<long> UnpackAsync(Stream archive, string root, int ownerId, ArchiveLimits limits, CancellationToken cancellationToken)
    {
        // Not disposed: that would close the caller's archive.
        var packed = new BufferedStream(archive, BufferBytes);
        await using var plain = new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true);
        var bytes = await UnpackPlainAsync(plain, root, ownerId, limits, cancellationToken);
        // Through to the last byte: the sender waits for it, and the hash covers it.
        await packed.CopyToAsync(Stream.Null, cancellationToken);
        return bytes;
    }

    /// <summary>A tar. Returns the bytes of all its files.</summary>
    /// <exception cref="ArchiveException">It is broken, hostile or beyond a limit. What was unpacked so far is the caller's to remove.</exception>
    public static async Task<long> UnpackPlainAsync(Stream archive, string root, int ownerId, ArchiveLimits limits, CancellationToken cancellationToken)
    {
        var tree = new TreeWriter(root, ownerId, limits);
        try
        {
            // Headers are 512 bytes and most files are small: read by themselves, each would be a step through all the layers below.
            var plain = new BufferedStream(archive, BufferBytes);
            await using var bounded = new IndexBound(plain, MaxHeaderBytes);
            await using var reader = new TarReader(bounded, leaveOpen: true);
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                bounded.BeginContent();
                await AddAsync(tree, entry, cancellationToken);
                bounded.BeginIndex();
            }
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or EndOfStreamException or ArgumentException)
        {
            throw new ArchiveException("The archive is not valid: " + e.Message, e);
        }
        return tree.Bytes;
    }

    private static async Task AddAsync(TreeWriter tree, TarEntry entry, CancellationToken cancellationToken)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                tree.AddDirectory(entry.Name, entry.Mode);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                await tree.AddFileAsync(entry.Name, entry.Mode, entry.ModificationTime, entry.DataStream, cancellationToken);
                break;
            case TarEntryType.SymbolicLink:
                tree.AddSymbolicLink(entry.Name, entry.LinkName);
                break;
            case TarEntryType.HardLink:
                tree.AddHardLink(entry.Name, entry.LinkName);
                break;
            case TarEntryType.GlobalExtendedAttributes:
                break;
            default:
                throw new ArchiveException($"The archive holds a {entry.EntryType}, which is neither a file, a directory nor a link.");
        }
    }
}
