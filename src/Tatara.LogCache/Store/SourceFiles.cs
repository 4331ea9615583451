using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tatara.LogCache.Store;

/// <summary>The segment files of one source. Its directory is named by a hash: a source id may be anything, also ../../etc.</summary>
internal sealed class SourceFiles(string root, string sourceId)
{
    private const string Extension = ".log";

    /// <summary>As an app's log may hold its secrets.</summary>
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A file that is longer was not written here.</summary>
    private const int MaxFileBytes = 64 * 1024 * 1024;

    private readonly string _directory = Path.Combine(root, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sourceId)).AsSpan(0, 16)));

    /// <summary>The sources that have files, each with its size and its last change. What has no whole head is deleted.</summary>
    public static IEnumerable<(string SourceId, long Bytes, DateTimeOffset ChangedAt)> FindAll(string root)
    {
        foreach (var directory in new DirectoryInfo(root).EnumerateDirectories())
        {
            var files = directory.GetFiles("*" + Extension);
            var sourceId = files.Select(f => HeadOf(f.FullName)).FirstOrDefault(id => id is not null);
            if (sourceId is null || new SourceFiles(root, sourceId)._directory != directory.FullName) directory.Delete(recursive: true);
            else yield return (sourceId, files.Sum(f => f.Length), files.Max(f => f.LastWriteTimeUtc));
        }
    }

    /// <summary>Everything on disk, oldest segment first.</summary>
    public IEnumerable<(long Number, byte[] Bytes)> ReadAll()
    {
        if (!Directory.Exists(_directory)) yield break;
        foreach (var file in new DirectoryInfo(_directory).GetFiles("*" + Extension).OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            if (file.Length > MaxFileBytes || !long.TryParse(Path.GetFileNameWithoutExtension(file.Name), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                continue;
            if (Contents(file.FullName) is { } bytes) yield return (number, bytes);
        }
    }

    /// <summary>Writes what is not yet in the file. Whatever a failed write left behind is overwritten or cut off.</summary>
    /// <exception cref="IOException">No room, for example. Then nothing counts as written, and the next call tries again.</exception>
    public void Write(Segment segment)
    {
        Directory.CreateDirectory(_directory, OwnerOnly | UnixFileMode.UserExecute);
        using var file = new FileStream(PathOf(segment), new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0,
            UnixCreateMode = OwnerOnly,
        });
        // Somebody deleted it: what is in memory is all there is.
        if (file.Length < segment.Persisted) segment.Persisted = 0;
        if (file.Length > segment.Persisted) file.SetLength(segment.Persisted);
        RandomAccess.Write(file.SafeFileHandle, segment.Unpersisted, segment.Persisted);
        segment.Persisted = segment.Length;
    }

    public void Delete(Segment segment) => Quietly(() => File.Delete(PathOf(segment)));

    public void DeleteAll() => Quietly(() => Directory.Delete(_directory, recursive: true));

    private static void Quietly(Action delete)
    {
        try
        {
            delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays until the next start, which counts it again.
        }
    }

    /// <summary>Null: the disk does not give it back. The other segments are still there.</summary>
    private static byte[]? Contents(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? HeadOf(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var head = new byte[1024];
            return SegmentFormat.SourceIdOf(head.AsSpan(0, RandomAccess.Read(file, head, 0)));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string PathOf(Segment segment) => Path.Combine(_directory, segment.Number.ToString("D10", CultureInfo.InvariantCulture) + Extension);
}
