using Tatara.Dea.Archives;
using Tatara.Dea.Droplets;

namespace Tatara.Dea.Staging;

/// <summary>What came out of a staging container: checked, on this machine's disk, not yet delivered.</summary>
/// <param name="File">The droplet, a tar.gz.</param>
/// <param name="Layer">The droplet unpacked, for the first instance here.</param>
/// <param name="CacheFile">The build artifacts cache, or null when it was left out.</param>
internal sealed record StagedDroplet(StagingResult Result, string File, string Sha1, string Layer, long LayerBytes, string? CacheFile, string? CacheSha1) : IDisposable
{
    private bool _installed;

    /// <summary>Keeps the unpacked droplet for instances on this machine.</summary>
    public void Install(DropletStore droplets)
    {
        _installed = true;
        droplets.Install(Sha1, Layer, LayerBytes);
    }

    public void Dispose()
    {
        if (!_installed) LayerCache.Discard(Layer);
    }
}
