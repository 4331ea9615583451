using Tatara.CloudController.Blobs;

namespace Tatara.CloudController.Packages;

/// <summary>
/// Files of earlier uploads, found again by hash and size. Whoever knows both may use a file, as in Cloud Foundry;
/// small files are not kept: asking for them costs more than sending them.
/// </summary>
internal sealed class ResourceCache(IBlobstore blobs, PackageLimits limits)
{
    /// <summary>Cloud Foundry's bound: a file its owner cannot read and write is not matched.</summary>
    private const int LeastMode = 0x180; // 0600

    public bool Knows(ResourceFingerprint resource) =>
        limits.IsResourceSize(resource.Size)
        && resource.Permissions() >= LeastMode
        && blobs.Size(BlobKeys.Resource(resource.Sha1, resource.Size)) == resource.Size;

    public Stream? Open(ResourceFingerprint resource) => blobs.Open(BlobKeys.Resource(resource.Sha1, resource.Size));

    /// <summary>Keeps the archive's files that are worth it and not there yet.</summary>
    public async Task AddAsync(PackageArchive archive, CancellationToken cancellationToken)
    {
        foreach (var entry in archive.Entries)
        {
            if (entry.Sha1 is null || !limits.IsResourceSize(entry.Size)) continue;
            var key = BlobKeys.Resource(entry.Sha1, entry.Size);
            if (blobs.Size(key) is not null) continue;
            await using var content = archive.Open(entry);
            await blobs.PutAsync(key, content, entry.Size, entry.Sha1, cancellationToken);
        }
    }
}
