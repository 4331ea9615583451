using Microsoft.Extensions.Logging;
using Tatara.CloudController.Blobs.S3;

namespace Tatara.CloudController.Blobs;

/// <summary>Opens the store that is configured.</summary>
internal static class Blobstores
{
    /// <summary>Below Cloud Controller's data directory.</summary>
    public const string Folder = "blobs";

    /// <param name="bucket">Null: a folder in the data directory.</param>
    public static IBlobstore Open(S3Options? bucket, string dataDirectory, TimeProvider time, ILoggerFactory loggers, long reservedBytes = 0) => bucket is null
        ? new FolderBlobstore(Path.Combine(dataDirectory, Folder), time, loggers.CreateLogger<FolderBlobstore>(), reservedBytes)
        : new S3Blobstore(bucket, new TemporaryBlobs(Path.Combine(dataDirectory, "temporary-blobs")), time, loggers.CreateLogger<S3Blobstore>());
}
