namespace Tatara.CloudController.Packages;

/// <summary>What a package may be at most.</summary>
internal sealed record PackageLimits
{
    /// <summary>Bytes of one upload, packed. Cloud Foundry's default.</summary>
    public long MaxUploadBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of all files together, unpacked; counted while unpacking, whatever the archive claims. No instance may have more disk than this.</summary>
    public long MaxUnpackedBytes { get; init; } = 2L << 30;

    public int MaxEntries { get; init; } = 200_000;

    /// <summary>Bytes of the archive's list of contents, which is held in memory while it is checked.</summary>
    public int MaxDirectoryBytes { get; init; } = 64 << 20;

    /// <summary>Linux' PATH_MAX, less what the droplet's folders need.</summary>
    public int MaxPathBytes { get; init; } = 3800;

    /// <summary>Linux' NAME_MAX.</summary>
    public int MaxNameBytes { get; init; } = 255;

    /// <summary>Bytes of a link's target.</summary>
    public int MaxLinkBytes { get; init; } = 3800;

    /// <summary>Files that are remembered for resource matching are smaller than this: Cloud Foundry's bound. Empty ones are not worth a line.</summary>
    public long MaxResourceBytes { get; init; } = 512L << 20;

    /// <summary>Files that are remembered at most; each takes about 250 bytes of the database.</summary>
    public int MaxKnownFiles { get; init; } = 500_000;

    public bool IsResourceSize(long size) => size > 0 && size < MaxResourceBytes;
}
