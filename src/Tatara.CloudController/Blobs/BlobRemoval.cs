namespace Tatara.CloudController.Blobs;

/// <summary>Removing what nobody names any more.</summary>
internal static class BlobRemoval
{
    /// <summary>For bits that no row names (any more): when the store is away now, <see cref="BlobCleaning"/> removes them later.</summary>
    public static async Task DeleteIfPossibleAsync(this IBlobstore blobs, string key)
    {
        try
        {
            await blobs.DeleteAsync(key, CancellationToken.None);
        }
        catch (BlobstoreUnavailableException)
        {
        }
    }
}
