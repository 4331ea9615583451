namespace Tatara.Dea.Droplets;

/// <summary>Bounds of the store of unpacked droplets.</summary>
public sealed record DropletOptions
{
    /// <summary>Unpacked droplets beyond this many bytes are removed, longest unused first; those in use stay.</summary>
    public long CacheBytes { get; init; } = 8L << 30;

    /// <summary>Largest archive that is downloaded.</summary>
    public long MaxArchiveBytes { get; init; } = 2L << 30;

    /// <summary>Largest size of all files of one archive.</summary>
    public long MaxUnpackedBytes { get; init; } = 4L << 30;

    /// <summary>Most entries of one archive.</summary>
    public int MaxEntries { get; init; } = 400_000;

    /// <summary>A download that brings nothing for this long has failed.</summary>
    public TimeSpan DownloadStallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    internal void Validate() => DeaOptions.Require(
        CacheBytes > 0 && MaxArchiveBytes > 0 && MaxUnpackedBytes > 0 && MaxEntries > 0 && DownloadStallTimeout > TimeSpan.Zero,
        "The bounds of the droplet store must be positive.");
}
