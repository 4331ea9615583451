using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Buildpacks;

/// <summary>Keeps the zips of buildpacks in the blobstore.</summary>
internal sealed class BuildpackBits(IBlobstore blobs) : IBuildpackBits
{
    /// <summary>Names the bits in messages to DEAs too: their cache key.</summary>
    public static string Key(string guid, string sha256) => $"{guid}_{sha256}";

    public async Task SaveAsync(Buildpack buildpack, string file, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(file);
        await blobs.PutAsync(BlobKeys.Buildpack(Key(buildpack.Guid, buildpack.Sha256!)), content, cancellationToken: cancellationToken);
    }

    public Task DeleteAsync(string buildpackGuid, string sha256, CancellationToken cancellationToken)
    {
        blobs.Delete(BlobKeys.Buildpack(Key(buildpackGuid, sha256)));
        return Task.CompletedTask;
    }
}
