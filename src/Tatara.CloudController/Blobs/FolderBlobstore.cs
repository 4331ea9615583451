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

    /// <summary>A writer closes its file a moment before it gives it its name.</summary>
    private static readonly TimeSpan NamingTime = TimeSpan.FromMinutes(1);

    /// <summary>The disk is looked at again after so many buffers.</summary>
    private const int BuffersPerLook = 64;

    private const long Megabyte = 1024 * 1024;

    private readonly string _root;
    private readonly string _unfinished;
    private readonly long _reservedBytes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="reservedBytes">Left free on the file system, whoever fills it.</param>
    public FolderBlobstore(string root, TimeProvider time, ILogger<FolderBlobstore> logger, long reservedBytes = 0)
    {
        (_reservedBytes, _time, _logger) = (reservedBytes, time, logger);
        _root = Path.GetFullPath(root);
        _unfinished = Path.Combine(_root, ".unfinished");
        Directory.CreateDirectory(_unfinished);
        RemoveLeftovers();
    }

    public Task RemoveLeftoversAsync(CancellationToken cancellationToken = default)
    {
        RemoveLeftovers();
        return Task.CompletedTask;
    }

    private void RemoveLeftovers()
    {
        foreach (var leftover in Directory.EnumerateFiles(_unfinished))
        {
            if (_time.GetUtcNow() - File.GetLastWriteTimeUtc(leftover) < NamingTime || IsBeingWritten(leftover)) continue;
            Log.Leftover(_logger, leftover);
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
            throw new BlobstoreFullException("There is no space left on the blobstore's disk.", e);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    public Task<BlobContent?> OpenAsync(string key, CancellationToken cancellationToken = default) =>
        Task.FromResult(Open(key) is { } file ? new BlobContent(file, file.Length) : null);

    public Task<Stream?> OpenSeekableAsync(string key, CancellationToken cancellationToken = default) => Task.FromResult<Stream?>(Open(key));

    private FileStream? Open(string key)
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

    public Task<long?> SizeAsync(string key, CancellationToken cancellationToken = default)
    {
        var file = new FileInfo(PathOf(key));
        return Task.FromResult<long?>(file.Exists ? file.Length : null);
    }

    public Task<bool> MoveAsync(string key, string newKey, CancellationToken cancellationToken = default) => Task.FromResult(Move(key, newKey));

    private bool Move(string key, string newKey)
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

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        try
        {
            File.Delete(PathOf(key));
        }
        catch (DirectoryNotFoundException)
        {
        }
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<StoredBlob> ListAsync(string prefix, CancellationToken cancellationToken = default) => List(prefix).ToAsyncEnumerable();

    private IEnumerable<StoredBlob> List(string prefix)
    {
        var folder = new DirectoryInfo(prefix.Length == 0 ? _root : PathOf(prefix));
        if (!folder.Exists) return [];
        return folder.EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.DirectoryName != _unfinished)
            .Select(file => new StoredBlob(Path.GetRelativePath(_root, file.FullName), file.Length, file.LastWriteTimeUtc));
    }

    public Task DeleteAllAsync(string prefix, CancellationToken cancellationToken = default)
    {
        try
        {
            Directory.Delete(PathOf(prefix), recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
        return Task.CompletedTask;
    }

    public Uri? DownloadUrl(string key, TimeSpan validFor) => null;

    public Uri? UserDownloadUrl(string key, TimeSpan validFor, string fileName) => null;

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

    /// <summary>.NET locks a file that is shared with nobody, and the kernel lets go of the lock when the process dies.</summary>
    private static bool IsBeingWritten(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true; // Locked, or finished meanwhile.
        }
    }

    private void ThrowIfNearlyFull()
    {
        var free = new DriveInfo(_root).AvailableFreeSpace;
        if (free < _reservedBytes)
            throw new BlobstoreFullException($"The blobstore's disk is nearly full: {free / Megabyte} MB free, {_reservedBytes / Megabyte} MB are kept in reserve.");
    }

    private async Task<BlobInfo> WriteAsync(
        string path, string key, Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        var buffer = new byte[BufferBytes];
        long size = 0;
        var buffers = 0;
        while (await content.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            if (buffers++ % BuffersPerLook == 0) ThrowIfNearlyFull();
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
