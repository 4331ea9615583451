using Microsoft.Extensions.Logging.Abstractions;
using Tatara.CloudController.Blobs.S3;

namespace Tatara.CloudController.Blobs;

/// <summary>Where blobs are or are to be, for those who move them while no Cloud Controller runs.</summary>
public sealed class BlobPlace
{
    /// <summary>A platform has hundreds, most of them small.</summary>
    private const int AtOnce = 4;

    private readonly S3Options? _bucket;
    private readonly string _dataDirectory;

    private BlobPlace(S3Options? bucket, string dataDirectory) => (_bucket, _dataDirectory) = (bucket, dataDirectory);

    /// <summary>The folder of a Cloud Controller's data directory.</summary>
    public static BlobPlace InFolder(string dataDirectory) => new(null, dataDirectory);

    /// <summary>A bucket.</summary>
    /// <param name="dataDirectory">Of the Cloud Controller; nothing stays there.</param>
    public static BlobPlace InBucket(S3Options bucket, string dataDirectory) => new(bucket, dataDirectory);

    /// <summary>What people are told.</summary>
    public string Name => _bucket?.Name ?? Path.Combine(_dataDirectory, Blobstores.Folder);

    /// <summary>
    /// 1. copies every blob that the other place lacks, or has only an older one of, 2. looks there again whether all are there in full.
    /// Cut off, it goes on when it is called again. What else is there stays.
    /// </summary>
    /// <returns>How many blobs the other place has now that are here, and their bytes.</returns>
    /// <exception cref="BlobException">One of the two is not available, has no room, or lost something on the way.</exception>
    public async Task<(int Blobs, long Bytes)> CopyToAsync(BlobPlace target, CancellationToken cancellationToken)
    {
        var (from, to) = (Open(), target.Open());
        using var closeFrom = from as IDisposable;
        using var closeTo = to as IDisposable;
        var there = await ReadAsync(to, cancellationToken);
        var all = (await ReadAsync(from, cancellationToken)).Values;
        var missing = all.Where(b => !(there.GetValueOrDefault(b.Key) is { } copy && copy.Size == b.Size && copy.WrittenAt > b.WrittenAt));
        var limits = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        var gone = 0;
        await Parallel.ForEachAsync(missing, limits, async (blob, stop) =>
        {
            if (!await CopyAsync(from, to, blob.Key, stop)) Interlocked.Increment(ref gone);
        }); // 1.
        there = await ReadAsync(to, cancellationToken);
        var lost = all.Where(b => there.GetValueOrDefault(b.Key)?.Size != b.Size).ToList();
        if (lost.Count > gone) throw new BlobException($"{target.Name} lacks {lost.Count} blobs after all were copied, among them {lost[0].Key}."); // 2.
        return (all.Count - gone, all.Sum(b => b.Size));
    }

    /// <summary>Keys here that the other place does not have.</summary>
    public async Task<IReadOnlyList<string>> KeysBeyondAsync(BlobPlace other, CancellationToken cancellationToken)
    {
        var (here, there) = (Open(), other.Open());
        using var closeHere = here as IDisposable;
        using var closeThere = there as IDisposable;
        var known = await ReadAsync(there, cancellationToken);
        return [.. (await ReadAsync(here, cancellationToken)).Keys.Where(k => !known.ContainsKey(k))];
    }

    private IBlobstore Open() => Blobstores.Open(_bucket, _dataDirectory, TimeProvider.System, NullLoggerFactory.Instance);

    private static async Task<Dictionary<string, StoredBlob>> ReadAsync(IBlobstore blobs, CancellationToken cancellationToken) =>
        await blobs.ListAsync("", cancellationToken).ToDictionaryAsync(b => b.Key, StringComparer.Ordinal, cancellationToken);

    /// <summary>False when it is gone: a platform that is being saved goes on working.</summary>
    private static async Task<bool> CopyAsync(IBlobstore from, IBlobstore to, string key, CancellationToken cancellationToken)
    {
        await using var content = await from.OpenAsync(key, cancellationToken);
        if (content is null) return false;
        var copy = await to.PutAsync(key, content.Stream, cancellationToken: cancellationToken);
        if (copy.Size != content.Size) throw new BlobException($"{key} has {content.Size} bytes, and only {copy.Size} of them arrived.");
        return true;
    }
}
