using Tatara.Containers;
using Tatara.Protocol;

namespace Tatara.Dea.Staging;

/// <summary>What a staging container's end means. The numbers are Cloud Foundry's, and builder.sh's.</summary>
internal static class StagingVerdict
{
    private const int NoMatch = 222, ReleaseFailed = 224, FetchFailed = 228;

    /// <summary>The builder broke off while it handed over the droplet.</summary>
    public const int HandOverFailed = 229;

    private const long Megabyte = 1024 * 1024;

    /// <summary>Its disk counts as full from this share on: file systems keep a little for themselves.</summary>
    private const double FullDisk = 0.97;

    public static StagingException OutOfDisk(InstanceLimits limits) => new(StagingErrors.StagingError, $"Staging ran out of disk (limit {limits.Disk}M)");

    /// <summary>Null when it succeeded.</summary>
    public static StagingException? Judge(ContainerExit exit, ContainerStats? stats, InstanceLimits limits)
    {
        if (exit.ExitCode == 0) return null;
        if (exit.OutOfMemory) return new StagingException(StagingErrors.StagingError, $"Staging ran out of memory (limit {limits.Mem}M)");
        if (stats is not null && stats.DiskBytes > limits.Disk * Megabyte * FullDisk)
            return OutOfDisk(limits);
        return exit.ExitCode switch
        {
            NoMatch => new StagingException(StagingErrors.NoAppDetected, "An app was not successfully detected by any available buildpack"),
            ReleaseFailed => new StagingException(StagingErrors.ReleaseFailed, "App staging failed in the buildpack release phase"),
            FetchFailed => new StagingException(StagingErrors.StagingError, "A buildpack could not be downloaded"),
            > NoMatch and < FetchFailed => new StagingException(StagingErrors.CompileFailed, "App staging failed in the buildpack compile phase"),
            _ => new StagingException(StagingErrors.StagingError, $"Staging failed with exit status {exit.ExitCode}"),
        };
    }
}
