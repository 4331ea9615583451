using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;

namespace Tatara.CloudController.Blobs.S3;

/// <summary>One object on its way into the store: in one request when it is small, in parts otherwise. Not finished, it leaves nothing.</summary>
internal sealed partial class S3Upload(S3Connection store, string bucket, string name, ILogger logger) : IAsyncDisposable
{
    private readonly List<PartETag> _parts = [];
    private string? _uploadId;

    public async Task AddAsync(ArraySegment<byte> bytes, CancellationToken cancellationToken)
    {
        _uploadId ??= (await store.AskAsync(
            c => store.Client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = bucket, Key = name }, c), cancellationToken)).UploadId;
        var number = _parts.Count + 1;
        var request = new UploadPartRequest
        {
            BucketName = bucket, Key = name, UploadId = _uploadId, PartNumber = number,
            InputStream = StreamOf(bytes), PartSize = bytes.Count, UseChunkEncoding = false,
        };
        var response = await store.SendAsync(c => store.Client.UploadPartAsync(request, c), cancellationToken);
        _parts.Add(new PartETag(number, response.ETag));
    }

    /// <summary>Makes the object visible.</summary>
    public async Task FinishAsync(ArraySegment<byte> last, CancellationToken cancellationToken)
    {
        if (_uploadId is null)
        {
            var put = new PutObjectRequest { BucketName = bucket, Key = name, InputStream = StreamOf(last), UseChunkEncoding = false };
            await store.SendAsync(c => store.Client.PutObjectAsync(put, c), cancellationToken);
            return;
        }
        if (last.Count > 0) await AddAsync(last, cancellationToken);
        var complete = new CompleteMultipartUploadRequest { BucketName = bucket, Key = name, UploadId = _uploadId, PartETags = _parts };
        await store.WorkAsync(c => store.Client.CompleteMultipartUploadAsync(complete, c), cancellationToken);
        _uploadId = null;
    }

    public static Task AbortAsync(S3Connection store, string bucket, string name, string uploadId, CancellationToken cancellationToken) =>
        store.AskAsync(c => store.Client.AbortMultipartUploadAsync(
            new AbortMultipartUploadRequest { BucketName = bucket, Key = name, UploadId = uploadId }, c), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_uploadId is null) return;
        try
        {
            await AbortAsync(store, bucket, name, _uploadId, CancellationToken.None);
        }
        catch (Exception e) when (e is BlobstoreUnavailableException or AmazonS3Exception)
        {
            Log.NotAborted(logger, name, e.Message); // The sweep finds it.
        }
    }

    private static MemoryStream StreamOf(ArraySegment<byte> bytes) => new(bytes.Array!, bytes.Offset, bytes.Count, writable: false);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The parts of {Name} cannot be removed now; they are removed later. {Reason}")]
        public static partial void NotAborted(ILogger logger, string name, string reason);
    }
}
