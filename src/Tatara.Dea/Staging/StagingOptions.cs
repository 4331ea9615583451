namespace Tatara.Dea.Staging;

/// <summary>Bounds of staging.</summary>
public sealed record StagingOptions
{
    /// <summary>Stagings at a time; further ones wait for their turn.</summary>
    public int Concurrency { get; init; } = 2;

    /// <summary>Longest time a staging may take, whatever the message asks for.</summary>
    public TimeSpan MaxTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Unpacked buildpacks beyond this many bytes are removed, longest unused first; those in use stay.</summary>
    public long BuildpackCacheBytes { get; init; } = 8L << 30;

    /// <summary>Largest package that is downloaded.</summary>
    public long MaxPackageBytes { get; init; } = 1L << 30;

    /// <summary>Largest build artifacts cache that is kept for the next staging of an app.</summary>
    public long MaxArtifactsBytes { get; init; } = 1L << 30;

    internal void Validate() => DeaOptions.Require(
        Concurrency > 0 && MaxTimeout > TimeSpan.Zero && BuildpackCacheBytes > 0 && MaxPackageBytes > 0 && MaxArtifactsBytes > 0,
        "The bounds of staging must be positive.");
}
