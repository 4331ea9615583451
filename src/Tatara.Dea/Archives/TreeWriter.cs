using Tatara.Dea.Linux;

namespace Tatara.Dea.Archives;

/// <summary>
/// Writes a tree of files that an archive describes below a directory and never anywhere else: no entry can climb out,
/// pass through a link, replace a directory, or exceed the limits.
/// </summary>
internal sealed class TreeWriter(string root, int ownerId, ArchiveLimits limits)
{
    private const UnixFileMode DirectoryMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode PermissionBits = (UnixFileMode)0x1FF;
    private const int MaxNameLength = 255;
    private const int MaxLinkLength = 4095;

    /// <summary>In bytes. The kernel takes 4096; the rest is for the directory that all of it goes into. A package may have as much.</summary>
    private const int MaxPathLength = 3800;

    /// <summary>The kernel walks a path from its beginning each time: thousands of levels, thousands of times, take minutes.</summary>
    private const int MaxDepth = 256;

    private readonly HashSet<string> _directories = new(StringComparer.Ordinal) { "" };
    private int _entries;

    /// <summary>Bytes of all files so far.</summary>
    public long Bytes { get; private set; }

    public void AddDirectory(string name, UnixFileMode mode)
    {
        var path = Normalize(name);
        Count();
        EnsureDirectory(path);
        // The owner must be able to work in it, whatever the archive says.
        if (path.Length > 0) File.SetUnixFileMode(Full(path), (mode & PermissionBits) | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public async Task AddFileAsync(string name, UnixFileMode mode, DateTimeOffset modified, Stream? content, CancellationToken cancellationToken)
    {
        var path = PrepareLeaf(name);
        await using var file = CreateFile(Full(path));
        if (content is not null) await CopyAsync(content, file, name, cancellationToken);
        File.SetUnixFileMode(file.SafeFileHandle, mode & PermissionBits);
        Native.ChangeOwner(file.SafeFileHandle, ownerId);
        File.SetLastWriteTimeUtc(file.SafeFileHandle, Clamp(modified));
    }

    public void AddSymbolicLink(string name, string target)
    {
        var path = PrepareLeaf(name);
        File.Delete(Full(path));
        if (target.Length is 0 or > MaxLinkLength || target.Contains('\0')) throw new ArchiveException($"The link '{Show(name)}' has no valid target.");
        if (!StaysInside(path, target)) throw new ArchiveException($"The link '{Show(name)}' leads out of the archive.");
        File.CreateSymbolicLink(Full(path), target);
        Native.ChangeOwner(Full(path), ownerId);
    }

    public void AddHardLink(string name, string target)
    {
        var existing = Normalize(target);
        if (!_directories.Contains(Parent(existing)) || !IsRegularFile(Full(existing)))
            throw new ArchiveException($"The link '{Show(name)}' leads to '{Show(target)}', which is no file of the archive.");
        var path = PrepareLeaf(name);
        if (path == existing) throw new ArchiveException($"The link '{Show(name)}' leads to itself.");
        File.Delete(Full(path));
        Native.HardLink(Full(existing), Full(path));
    }

    /// <summary>The directory exists afterwards, made by us and not through a link.</summary>
    public void EnsureDirectory(string path)
    {
        if (_directories.Contains(path)) return;
        EnsureDirectory(Parent(path));
        var full = Full(path);
        if (new FileInfo(full) is { Exists: true } or { LinkTarget: not null })
            throw new ArchiveException($"The entry '{Show(path)}' passes through a file or a link.");
        Directory.CreateDirectory(full);
        File.SetUnixFileMode(full, DirectoryMode);
        Native.ChangeOwner(full, ownerId);
        _directories.Add(path);
    }

    private string PrepareLeaf(string name)
    {
        var path = Normalize(name);
        Count();
        if (path.Length == 0 || _directories.Contains(path)) throw new ArchiveException($"The entry '{Show(name)}' would replace a directory.");
        EnsureDirectory(Parent(path));
        return path;
    }

    /// <summary>In place of an entry of the same name, if there was one: that is rare, so it is not looked for.</summary>
    private static FileStream CreateFile(string path)
    {
        try
        {
            return Create();
        }
        catch (IOException) when (new FileInfo(path) is { Exists: true } or { LinkTarget: not null })
        {
            File.Delete(path);
            return Create();
        }

        FileStream Create() => new(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    private async Task CopyAsync(Stream content, FileStream file, string name, CancellationToken cancellationToken)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(81920);
        try
        {
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
            {
                Bytes += read;
                if (Bytes > limits.Bytes) throw new ArchiveException($"The archive unpacks to more than {limits.Bytes / (1024 * 1024)} MB (at '{Show(name)}').");
                // A disk is no network: handing each small write to another thread would cost more than the write.
                file.Write(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Count()
    {
        if (++_entries > limits.Entries) throw new ArchiveException($"The archive has more than {limits.Entries} entries.");
    }

    private bool StaysInside(string path, string target)
    {
        if (target[0] == '/') return limits.AbsoluteLinks;
        var depth = path.Count(c => c == '/');
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..") depth--;
            else if (part != ".") depth++;
            if (depth < 0) return false;
        }
        return true;
    }

    private static string Normalize(string name)
    {
        if (ByteCount(name) > MaxPathLength || name.Contains('\0')) throw new ArchiveException($"The entry '{Show(name)}' has no valid name.");
        if (name.StartsWith('/')) throw new ArchiveException($"The entry '{Show(name)}' has an absolute path.");
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToArray();
        if (parts.Contains("..")) throw new ArchiveException($"The entry '{Show(name)}' climbs with '..'.");
        if (parts.Length > MaxDepth) throw new ArchiveException($"The entry '{Show(name)}' is more than {MaxDepth} directories deep.");
        if (parts.Any(p => ByteCount(p) > MaxNameLength)) throw new ArchiveException($"The entry '{Show(name)}' has a name of more than {MaxNameLength} bytes.");
        return string.Join('/', parts);
    }

    private static int ByteCount(string text) => System.Text.Encoding.UTF8.GetByteCount(text);

    private static bool IsRegularFile(string path) => new FileInfo(path) is { Exists: true, LinkTarget: null };

    private static string Parent(string path) => path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "";

    private string Full(string path) => Path.Combine(root, path);

    /// <summary>Times that no file system takes become now.</summary>
    private static DateTime Clamp(DateTimeOffset time) => time.Year is >= 1970 and < 2100 ? time.UtcDateTime : DateTime.UtcNow;

    /// <summary>Names go into log lines and error messages: short and printable.</summary>
    private static string Show(string name)
    {
        var printable = new string([.. name.Take(120).Select(c => char.IsControl(c) ? '?' : c)]);
        return name.Length > 120 ? printable + "…" : printable;
    }
}
