using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Tatara.CloudController.Blobs;

/// <summary>Blobs as files below one folder. A blob is written beside them, made durable, then renamed into place.</summary>
internal sealed partial class FolderBlobstore : IBlobstore
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>ENOSPC and EDQUOT.</summary>
    private const int NoSpace = 28, OverQuota = 122;

    /// <summary>What a process that died left behind. The younger ones may still be in use, by another Cloud Controller or by a job.</summary>
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);

    private readonly string _root;
    private readonly string _unfinished;

    public FolderBlobstore(string root, TimeProvider time, ILogger<FolderBlobstore> logger)
    {
        _root = Path.GetFullPath(root);
        _unfinished = Path.Combine(_root, ".unfinished");
        var uploads = Path.Combine(_root, BlobKeys.Uploads);
        Directory.CreateDirectory(_unfinished);
        Directory.CreateDirectory(uploads);
        foreach (var leftover in Directory.EnumerateFiles(_unfinished).Concat(Directory.EnumerateFiles(uploads)))
        {
            if (time.GetUtcNow() - File.GetLastWriteTimeUtc(leftover) < LeftoverAge) continue;
            Log.Leftover(logger, leftover);
            File.Delete(leftover);
        }
    }

    public async Task<BlobInfo> PutAsync(
        string key, Stream content, long maxBytes = long.MaxValue, string? expectedSha1 = null, CancellationToken cancellationToken = default)
    {
        var path = PathOf(key);
        var unfinished = Path.Combine(_unfinished, Guid.NewGuid().ToString("N"));
        try
        {
            var info = await WriteAsync(unfinished, key, content, maxBytes, cancellationToken);
            if (expectedSha1 is not null && !string.Equals(expectedSha1, info.Sha1, StringComparison.OrdinalIgnoreCase))
                throw new BlobChecksumException(expectedSha1, info.Sha1);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(unfinished, path, overwrite: true);
            return info;
        }
        catch (IOException e) when (e.HResult is NoSpace or OverQuota)
        {
            throw new BlobstoreFullException(e);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    public Stream? Open(string key)
    {
        try
        {
            return new FileStream(PathOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public long? Size(string key)
    {
        var file = new FileInfo(PathOf(key));
        return file.Exists ? file.Length : null;
    }

    public bool Move(string key, string newKey)
    {
        var target = PathOf(newKey);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        try
        {
            File.Move(PathOf(key), target, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    public async Task<bool> CopyAsync(string key, string newKey, CancellationToken cancellationToken = default)
    {
        if (TryLink(key, newKey)) return true;
        await using var content = Open(key);
        if (content is null) return false;
        await PutAsync(newKey, content, long.MaxValue, expectedSha1: null, cancellationToken);
        return true;
    }

    public void Delete(string key)
    {
        try
        {
            File.Delete(PathOf(key));
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    public void DeleteAll(string prefix)
    {
        try
        {
            Directory.Delete(PathOf(prefix), recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    /// <summary>A second name for the file: a blob is never written to, only replaced. Not every file system has that.</summary>
    private bool TryLink(string key, string newKey)
    {
        var (target, unfinished) = (PathOf(newKey), Path.Combine(_unfinished, Guid.NewGuid().ToString("N")));
        if (CreateLink(PathOf(key), unfinished) != 0) return false;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Move(unfinished, target, overwrite: true);
            return true;
        }
        finally
        {
            // Where both names are one file already, moving leaves it there.
            File.Delete(unfinished);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateLink(string path, string newPath);

    private string PathOf(string key) => Path.Combine(_root, BlobKey.Validate(key));

    private static async Task<BlobInfo> WriteAsync(
        string path, string key, Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        var buffer = new byte[BufferBytes];
        long size = 0;
        while (await content.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            size += count;
            if (size > maxBytes) throw new BlobTooLargeException(maxBytes);
            sha1.AppendData(buffer, 0, count);
            sha256.AppendData(buffer, 0, count);
            await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
        file.Flush(flushToDisk: true);
        return new BlobInfo(key, size, Convert.ToHexStringLower(sha1.GetHashAndReset()), Convert.ToHexStringLower(sha256.GetHashAndReset()));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Removing {Path}, which an interrupted upload left behind")]
        public static partial void Leftover(ILogger logger, string path);
    }
}
