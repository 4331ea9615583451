using Tatara.CloudController.Data;

namespace Tatara.CloudController.Buildpacks;

/// <summary>Where the zips of installed buildpacks are kept. Bits are named by guid and hash, so new ones never overwrite those in use.</summary>
internal interface IBuildpackBits
{
    /// <summary>Moves a checked zip into the blobstore; <see cref="Buildpack.Sha256"/> is set already.</summary>
    Task SaveAsync(Buildpack buildpack, string file, CancellationToken cancellationToken);

    Task DeleteAsync(string buildpackGuid, string sha256, CancellationToken cancellationToken);
}
