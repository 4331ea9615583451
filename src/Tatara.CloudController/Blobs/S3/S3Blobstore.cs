using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;

namespace Tatara.CloudController.Blobs.S3;

/// <summary>Blobs as objects of a bucket. The store shows an object when it is whole, so nobody sees a part.</summary>
internal sealed partial class S3Blobstore : IBlobstore, IDisposable
{
    /// <summary>The slowest upload that is allowed takes less; what is older, nobody works on.</summary>
    private static readonly TimeSpan UnfinishedTime = TimeSpan.FromDays(1);

    private readonly S3Options _options;
    private readonly S3Connection _store;
    private readonly S3Connection _forUsers;
    private readonly TemporaryBlobs _temporary;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="temporary">Where blobs wait that are to be read in any order.</param>
    public S3Blobstore(S3Options options, TemporaryBlobs temporary, TimeProvider time, ILogger<S3Blobstore> logger)
    {
        options.Validate();
        (_options, _temporary, _time, _logger) = (options, temporary, time, logger);
        _store = new S3Connection(options, options.Endpoint);
        _forUsers = options.PublicEndpoint is { } publicEndpoint ? new S3Connection(options, publicEndpoint) : _store;
    }

    public async Task<BlobInfo> PutAsync(
        string key, Stream content, long maxBytes = long.MaxValue, string? expectedSha1 = null, CancellationToken cancellationToken = default)
    {
        await using var upload = new S3Upload(_store, _options.Bucket, NameOf(key), _logger);
        using var parts = new BlobParts(content, maxBytes);
        while (await parts.ReadAsync(cancellationToken) is { IsLast: false } part) await upload.AddAsync(part.Bytes, cancellationToken);
        var info = parts.Finish(key);
        if (expectedSha1 is not null && !string.Equals(expectedSha1, info.Sha1, StringComparison.OrdinalIgnoreCase))
            throw new BlobChecksumException(expectedSha1, info.Sha1);
        await upload.FinishAsync(parts.Last, cancellationToken);
        return info;
    }

    public async Task<BlobContent?> OpenAsync(string key, CancellationToken cancellationToken = default)
    {
        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = NameOf(key) };
        try
        {
            var response = await _store.AskAsync(c => _store.Client.GetObjectAsync(request, c), cancellationToken);
            return new BlobContent(new S3ContentStream(response, _options.Patience, _store), response.ContentLength);
        }
        catch (AmazonS3Exception e) when (S3Connection.IsMissing(e))
        {
            return null;
        }
    }

    public Task<Stream?> OpenSeekableAsync(string key, CancellationToken cancellationToken = default) =>
        _temporary.FetchAsync(() => OpenAsync(key, cancellationToken), cancellationToken);

    public async Task<long?> SizeAsync(string key, CancellationToken cancellationToken = default)
    {
        var request = new GetObjectMetadataRequest { BucketName = _options.Bucket, Key = NameOf(key) };
        try
        {
            return (await _store.AskAsync(c => _store.Client.GetObjectMetadataAsync(request, c), cancellationToken)).ContentLength;
        }
        catch (AmazonS3Exception e) when (S3Connection.IsMissing(e))
        {
            return null;
        }
    }

    public async Task<bool> MoveAsync(string key, string newKey, CancellationToken cancellationToken = default)
    {
        if (!await CopyAsync(key, newKey, cancellationToken)) return false;
        if (key != newKey) await DeleteAsync(key, cancellationToken);
        return true;
    }

    public async Task<bool> CopyAsync(string key, string newKey, CancellationToken cancellationToken = default)
    {
        if (key == newKey) return await SizeAsync(key, cancellationToken) is not null; // The store refuses to copy an object to itself.
        var request = new CopyObjectRequest
        {
            SourceBucket = _options.Bucket, SourceKey = NameOf(key), DestinationBucket = _options.Bucket, DestinationKey = NameOf(newKey),
        };
        try
        {
            await _store.WorkAsync(c => _store.Client.CopyObjectAsync(request, c), cancellationToken);
            return true;
        }
        catch (AmazonS3Exception e) when (S3Connection.IsMissing(e))
        {
            return false;
        }
    }

    public async IAsyncEnumerable<StoredBlob> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = FolderOf(prefix) };
        var root = FolderOf("").Length;
        do
        {
            var page = await _store.AskAsync(c => _store.Client.ListObjectsV2Async(request, c), cancellationToken);
            foreach (var found in page.S3Objects ?? [])
                if (BlobKey.IsValid(found.Key[root..])) yield return new StoredBlob(found.Key[root..], found.Size ?? 0, new DateTimeOffset(found.LastModified?.ToUniversalTime() ?? default));
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    public async Task RemoveLeftoversAsync(CancellationToken cancellationToken = default)
    {
        var request = new ListMultipartUploadsRequest { BucketName = _options.Bucket, Prefix = FolderOf("") };
        try
        {
            ListMultipartUploadsResponse page;
            do
            {
                page = await _store.AskAsync(c => _store.Client.ListMultipartUploadsAsync(request, c), cancellationToken);
                foreach (var upload in page.MultipartUploads ?? [])
                {
                    if (!(_time.GetUtcNow() - upload.Initiated?.ToUniversalTime() > UnfinishedTime)) continue;
                    Log.Leftover(_logger, upload.Key);
                    await S3Upload.AbortAsync(_store, _options.Bucket, upload.Key, upload.UploadId, cancellationToken);
                }
                (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
            }
            while (page.IsTruncated == true);
        }
        catch (BlobstoreUnavailableException e)
        {
            // Not every store has this, and the rest can be cleaned without it.
            Log.LeftoversUnknown(_logger, e.Message);
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        _store.AskAsync(c => _store.Client.DeleteObjectAsync(_options.Bucket, NameOf(key), c), cancellationToken);

    /// <summary>One by one: stores disagree about the checksum that deleting many at once needs.</summary>
    public async Task DeleteAllAsync(string prefix, CancellationToken cancellationToken = default)
    {
        await foreach (var blob in ListAsync(BlobKey.Validate(prefix), cancellationToken)) await DeleteAsync(blob.Key, cancellationToken);
    }

    public Uri? DownloadUrl(string key, TimeSpan validFor) => _store.Sign(NameOf(key), _time.GetUtcNow() + validFor);

    public Uri? UserDownloadUrl(string key, TimeSpan validFor, string fileName) =>
        _options.RedirectDownloads ? _forUsers.Sign(NameOf(key), _time.GetUtcNow() + validFor, fileName) : null;

    public void Dispose()
    {
        _store.Dispose();
        if (_forUsers != _store) _forUsers.Dispose();
    }

    private string NameOf(string key) => FolderOf("") + BlobKey.Validate(key);

    private string FolderOf(string prefix) => string.Concat(
        _options.Prefix.Length == 0 ? "" : _options.Prefix + "/", prefix.Length == 0 ? "" : BlobKey.Validate(prefix) + "/");

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Removing the parts of {Name}, which an interrupted upload left behind")]
        public static partial void Leftover(ILogger logger, string name);

        [LoggerMessage(Level = LogLevel.Warning, Message = "What interrupted uploads left behind cannot be found. A life-cycle rule of the bucket can remove it, too. {Reason}")]
        public static partial void LeftoversUnknown(ILogger logger, string reason);
    }
}
