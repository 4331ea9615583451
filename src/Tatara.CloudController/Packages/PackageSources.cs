using Tatara.CloudController.Blobs;

namespace Tatara.CloudController.Packages;

/// <summary>The packages that known files are copied from, each opened once.</summary>
internal sealed class PackageSources(IBlobstore blobs) : IDisposable
{
    private readonly Dictionary<string, Stream?> _open = new(StringComparer.Ordinal);

    /// <summary>Null when its bits are gone.</summary>
    public async Task<Stream?> OpenAsync(string packageGuid, CancellationToken cancellationToken)
    {
        if (!_open.TryGetValue(packageGuid, out var zip))
            zip = _open[packageGuid] = await blobs.OpenSeekableAsync(BlobKeys.Package(packageGuid), cancellationToken);
        return zip;
    }

    public void Dispose()
    {
        foreach (var zip in _open.Values) zip?.Dispose();
    }
}
