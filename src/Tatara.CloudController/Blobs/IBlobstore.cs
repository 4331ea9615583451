namespace Tatara.CloudController.Blobs;

/// <summary>Where packages, droplets, buildpacks and caches are kept. Content goes in and out as streams, never whole in memory.</summary>
internal interface IBlobstore
{
    /// <summary>Stores all of the content under the key, or nothing: a reader sees the old blob or the new one, never a part.</summary>
    /// <param name="maxBytes">More than this is refused.</param>
    /// <param name="expectedSha1">Lower-case hex; other content is refused. Null: any.</param>
    /// <exception cref="BlobException">It was refused, or there is no room.</exception>
    Task<BlobInfo> PutAsync(
        string key, Stream content, long maxBytes = long.MaxValue, string? expectedSha1 = null, CancellationToken cancellationToken = default);

    /// <summary>The content, seekable; null when there is no such blob.</summary>
    Stream? Open(string key);

    /// <summary>Size in bytes; null when there is no such blob.</summary>
    long? Size(string key);

    /// <summary>Gives the blob a new key. Replaces what is there; false when there is no such blob.</summary>
    bool Move(string key, string newKey);

    /// <summary>A further key for the same content, which is not written again where that can be avoided; false when there is no such blob.</summary>
    Task<bool> CopyAsync(string key, string newKey, CancellationToken cancellationToken = default);

    /// <summary>Every blob whose key begins with the prefix and a slash. One that comes or goes meanwhile may be among them or not.</summary>
    IEnumerable<StoredBlob> List(string prefix);

    /// <summary>Removes what writers that died have left unfinished.</summary>
    void RemoveLeftovers();

    /// <summary>Forgets the blob. One that does not exist is fine.</summary>
    void Delete(string key);

    /// <summary>Forgets every blob whose key begins with the prefix and a slash.</summary>
    void DeleteAll(string prefix);
}

/// <summary>A blob that is there.</summary>
internal sealed record StoredBlob(string Key, long Size, DateTimeOffset WrittenAt);

/// <summary>What was stored.</summary>
/// <param name="Sha1">Lower-case hex.</param>
/// <param name="Sha256">Lower-case hex.</param>
internal sealed record BlobInfo(string Key, long Size, string Sha1, string Sha256);
