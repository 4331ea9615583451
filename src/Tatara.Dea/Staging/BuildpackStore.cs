using Microsoft.Extensions.Logging;
using Tatara.Dea.Archives;
using Tatara.Protocol;

namespace Tatara.Dea.Staging;

/// <summary>The installed buildpacks of this machine: each downloaded and unpacked once, shared read-only by all stagings.</summary>
internal sealed class BuildpackStore(DeaOptions options, BlobClient blobs, ILogger<BuildpackStore> logger)
{
    private const int MaxEntries = 200_000;
    private const int UnpackedFactor = 4;

    private readonly LayerCache _cache = new(Path.Combine(options.DataDirectory, "buildpacks"), options.Staging.BuildpackCacheBytes, logger);

    /// <summary>The directory of a buildpack, if it was used here before.</summary>
    public LayerCache.Lease? TryAcquire(AdminBuildpack buildpack) => _cache.TryAcquire(buildpack.Key);

    public Task<LayerCache.Lease> AcquireAsync(AdminBuildpack buildpack, CancellationToken cancellationToken) =>
        _cache.AcquireAsync(buildpack.Key, (directory, token) => FetchAsync(buildpack, directory, token), cancellationToken);

    /// <summary>Removes buildpacks that no staging uses, longest unused first, until it is enough.</summary>
    public void Trim(Func<bool> isEnough) => _cache.Trim(isEnough);

    private async Task<long> FetchAsync(AdminBuildpack buildpack, string directory, CancellationToken cancellationToken)
    {
        var zip = Path.Combine(Path.GetDirectoryName(directory)!, "buildpack.zip");
        var limit = options.Droplets.MaxArchiveBytes;
        await blobs.DownloadAsync(buildpack.Url, zip, limit, cancellationToken);
        // Owned by the containers' root: a staging reads it and cannot change it for the next.
        var bytes = await ZipUnpacker.UnpackAsync(zip, directory, options.UserIdBase, new(limit * UnpackedFactor, MaxEntries, AbsoluteLinks: true), cancellationToken);
        File.Delete(zip);
        return bytes;
    }
}
