using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Tatara.CloudController.Packages;

/// <summary>
/// An uploaded zip, hostile until <see cref="Check"/> has read all of it: names, kinds, links, and each file's real
/// size and checksum. Nothing is written anywhere meanwhile.
/// </summary>
internal sealed class PackageArchive : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly PackageLimits _limits;
    private readonly Stream _content;
    private readonly ZipArchive _zip;
    private readonly Dictionary<string, (ZipArchiveEntry Source, PackageEntry Entry)> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = new byte[BufferBytes];

    private PackageArchive(Stream content, ZipArchive zip, PackageLimits limits) => (_content, _zip, _limits) = (content, zip, limits);

    /// <summary>Every entry, once checked.</summary>
    public IEnumerable<PackageEntry> Entries => _entries.Values.Select(e => e.Entry);

    public long UnpackedBytes { get; private set; }

    /// <summary>Whether the archive may be used byte for byte: its names and modes are just what the app gets.</summary>
    public bool IsPlain { get; private set; } = true;

    /// <exception cref="PackageInvalidException">It is no zip, or breaks a rule.</exception>
    public static PackageArchive Check(Stream content, PackageLimits limits, CancellationToken cancellationToken)
    {
        var (start, length) = ZipDirectoryPlace.Measure(content);
        if (length > limits.MaxDirectoryBytes)
            throw new PackageInvalidException($"The archive's list of contents is larger than {limits.MaxDirectoryBytes} bytes.");
        content.Position = 0;
        PackageArchive? archive = null;
        try
        {
            archive = new PackageArchive(content, new ZipArchive(content, ZipArchiveMode.Read, leaveOpen: true), limits);
            archive.CheckAll(ZipDirectory.Read(content, start, (int)length), cancellationToken);
            return archive;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or OverflowException or ArgumentException)
        {
            archive?.Dispose();
            throw new PackageInvalidException("The archive is damaged or was cut off.", e);
        }
        catch
        {
            archive?.Dispose();
            throw;
        }
    }

    /// <summary>The archive itself, from which contents are copied as they are.</summary>
    public Stream Source => _content;

    public DateTimeOffset LastWriteTime(PackageEntry entry) => _entries[entry.Path].Source.LastWriteTime;

    public void Dispose() => _zip.Dispose();

    private void CheckAll(IReadOnlyList<PackedContent> contents, CancellationToken cancellationToken)
    {
        if (contents.Count != _zip.Entries.Count) throw new InvalidDataException("The list of contents ends early.");
        if (_zip.Entries.Count > _limits.MaxEntries)
            throw new PackageInvalidException($"The archive has more than {_limits.MaxEntries} entries.");
        foreach (var (source, content) in _zip.Entries.Zip(contents))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(source, content);
        }
        var links = new LinkRules(_links);
        foreach (var link in _links.Keys) links.Check(link);
        foreach (var path in _entries.Keys)
        {
            links.CheckFolders(path);
            CheckFoldersAreFolders(path);
        }
    }

    private void Add(ZipArchiveEntry source, PackedContent content)
    {
        var path = EntryPath.Parse(source.FullName, _limits);
        var shown = EntryPath.Show(source.FullName);
        if (source.IsEncrypted) throw new PackageInvalidException($"The entry '{shown}' is encrypted.");
        var kind = EntryMode.Kind(source.ExternalAttributes, source.FullName)
            ?? throw new PackageInvalidException($"The entry '{shown}' is neither a file, a folder nor a link.");
        if (path.Length == 0)
        {
            if (kind != EntryKind.Folder) throw new PackageInvalidException($"The entry '{shown}' has no name.");
            IsPlain = false;
            return;
        }
        if (content.PackedBytes != source.CompressedLength || content.Crc32 != source.Crc32 || content.Bytes != source.Length)
            throw new InvalidDataException("The list of contents is ambiguous.");
        var entry = Read(source, content, path, kind);
        if (!_entries.TryAdd(path, (source, entry))) throw new PackageInvalidException($"The entry '{shown}' is there twice.");
        IsPlain &= EntryMode.IsPlain(source.ExternalAttributes, kind)
            && source.FullName == (kind == EntryKind.Folder ? path + "/" : path);
    }

    /// <summary>Reads the entry to its end: sizes are counted, not believed.</summary>
    private PackageEntry Read(ZipArchiveEntry source, PackedContent packed, string path, EntryKind kind)
    {
        using var sha1 = kind == EntryKind.Folder ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        using var target = kind == EntryKind.Link ? new MemoryStream() : null;
        var crc = new Crc32();
        long size = 0;
        using (var content = source.Open())
        {
            while (content.Read(_buffer) is var count and > 0)
            {
                size += count;
                UnpackedBytes += count;
                if (UnpackedBytes > _limits.MaxUnpackedBytes) throw TooLarge();
                if (kind == EntryKind.Folder || (kind == EntryKind.Link && size > _limits.MaxLinkBytes))
                    throw new PackageInvalidException($"The entry '{EntryPath.Show(path)}' has more content than a {(kind == EntryKind.Folder ? "folder" : "link")} can have.");
                crc.Append(_buffer.AsSpan(0, count));
                sha1?.AppendData(_buffer, 0, count);
                target?.Write(_buffer, 0, count);
            }
        }
        if (size != source.Length || crc.Value != source.Crc32)
            throw new PackageInvalidException($"The content of the entry '{EntryPath.Show(path)}' is damaged or was cut off.");
        if (target is not null) _links[path] = LinkTarget(path, target.ToArray());
        var hash = sha1 is null ? null : Convert.ToHexStringLower(sha1.GetHashAndReset());
        return new PackageEntry(path, kind, EntryMode.Permissions(source.ExternalAttributes, kind), size, hash, packed);
    }

    private static string LinkTarget(string path, byte[] bytes)
    {
        var target = Encoding.UTF8.GetString(bytes);
        return target.Length > 0 && !target.Any(char.IsControl)
            ? target
            : throw new PackageInvalidException($"The link '{EntryPath.Show(path)}' leads nowhere.");
    }

    private void CheckFoldersAreFolders(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            if (_entries.TryGetValue(path[..slash], out var above) && above.Entry.Kind == EntryKind.File)
                throw new PackageInvalidException($"The entry '{EntryPath.Show(path)}' lies below '{EntryPath.Show(path[..slash])}', which is a file.");
    }

    private PackageInvalidException TooLarge() =>
        new($"The app unpacks to more than {_limits.MaxUnpackedBytes / (1024 * 1024)} MB.");
}
