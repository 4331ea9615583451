namespace Tatara.CloudController.Blobs;

/// <summary>Where packages, droplets, buildpacks and caches are kept. Content goes in and out as streams, never whole in memory.</summary>
internal interface IBlobstore
{
    /// <summary>Stores all of the content under the key, or nothing: a reader sees the old blob or the new one, never a part.</summary>
    /// <param name="maxBytes">More than this is refused.</param>
    /// <param name="expectedSha1">Lower-case hex; other content is refused. Null: any.</param>
    /// <exception cref="BlobException">It was refused, there is no room, or the store is not available, which every method may say.</exception>
    Task<BlobInfo> PutAsync(
        string key, Stream content, long maxBytes = long.MaxValue, string? expectedSha1 = null, CancellationToken cancellationToken = default);

    /// <summary>The content, to be read once from its beginning; null when there is no such blob.</summary>
    Task<BlobContent?> OpenAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>The content, to be read in any order and without waiting for anybody: a store elsewhere fetches it first. Null when there is no such blob.</summary>
    Task<Stream?> OpenSeekableAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Size in bytes; null when there is no such blob.</summary>
    Task<long?> SizeAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Gives the blob a new key. Replaces what is there; false when there is no such blob. Cut off, it may leave both.</summary>
    Task<bool> MoveAsync(string key, string newKey, CancellationToken cancellationToken = default);

    /// <summary>A further key for the same content, which is not written again where that can be avoided; false when there is no such blob.</summary>
    Task<bool> CopyAsync(string key, string newKey, CancellationToken cancellationToken = default);

    /// <summary>Every blob whose key begins with the prefix and a slash; an empty prefix: every blob. One that comes or goes meanwhile may be among them or not.</summary>
    IAsyncEnumerable<StoredBlob> ListAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Removes what writers that died have left unfinished.</summary>
    Task RemoveLeftoversAsync(CancellationToken cancellationToken = default);

    /// <summary>Forgets the blob. One that does not exist is fine.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Forgets every blob whose key begins with the prefix and a slash.</summary>
    Task DeleteAllAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>An address by which whoever knows it may fetch the blob from the store itself for a while; null: this store has none.</summary>
    Uri? DownloadUrl(string key, TimeSpan validFor);

    /// <summary>The same for a user's client, which saves it under a name; null: users fetch through the API.</summary>
    Uri? UserDownloadUrl(string key, TimeSpan validFor, string fileName);
}

/// <summary>A blob that is there.</summary>
internal sealed record StoredBlob(string Key, long Size, DateTimeOffset WrittenAt);

/// <summary>What was stored.</summary>
/// <param name="Sha1">Lower-case hex.</param>
/// <param name="Sha256">Lower-case hex.</param>
internal sealed record BlobInfo(string Key, long Size, string Sha1, string Sha256);

/// <summary>A blob that is being read.</summary>
internal sealed class BlobContent(Stream stream, long size) : IAsyncDisposable
{
    public Stream Stream => stream;

    public long Size => size;

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
