using System.Globalization;
using Tatara.Configuration;

namespace Tatara.Backup;

/// <summary>Moves the blobs of a platform that does not run from its folder to a bucket, or back. Cut off, it goes on when it is started again.</summary>
internal sealed class BlobstoreMove(PlatformOptions options, TimeProvider time)
{
    /// <summary>The folder stays, under another name: nothing is lost.</summary>
    public async Task<(int Blobs, long Bytes)> ToBucketAsync(CancellationToken cancellationToken)
    {
        var bucket = ChosenBlobstore.InBucket(options);
        if (ChosenBlobstore.Noted(options.Data) is { } noted) throw new SetupException($"The blobs are in {noted} already.", "To move them elsewhere, move them to the folder first.");
        var moved = await ChosenBlobstore.InFolder(options.Data).CopyToAsync(bucket, cancellationToken);
        ChosenBlobstore.Remember(options.Data, BlobstoreFile.Read(options.Blobstore!).Place);
        var folder = Path.Combine(options.Data, ChosenBlobstore.Folder);
        Directory.Move(folder, folder + time.GetUtcNow().ToString("'.moved-'yyyyMMddHHmmss", CultureInfo.InvariantCulture));
        return moved;
    }

    /// <summary>What is in the bucket stays there.</summary>
    public async Task<(int Blobs, long Bytes)> ToFolderAsync(CancellationToken cancellationToken)
    {
        var bucket = ChosenBlobstore.InBucket(options);
        var (noted, named) = (ChosenBlobstore.Noted(options.Data), BlobstoreFile.Read(options.Blobstore!).Place);
        if (noted is null) throw new SetupException($"The blobs are in {Path.Combine(options.Data, ChosenBlobstore.Folder)} already.", "Nothing was changed.");
        if (noted != named) throw new SetupException($"The blobs are in {noted}, not in {named}.", "Name that bucket by --blobstore.");
        var moved = await bucket.CopyToAsync(ChosenBlobstore.InFolder(options.Data), cancellationToken);
        ChosenBlobstore.Forget(options.Data);
        return moved;
    }
}
