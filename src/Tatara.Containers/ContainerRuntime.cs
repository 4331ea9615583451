using Microsoft.Extensions.Logging;

namespace Tatara.Containers;

/// <summary>Entry to this machine's containers.</summary>
public static class ContainerRuntime
{
    /// <summary>A runtime over runc, conmon, overlayfs, btrfs and nftables. Call <see cref="IContainerRuntime.InitializeAsync"/> before anything else.</summary>
    public static IContainerRuntime Create(ContainerRuntimeOptions options, ILoggerFactory loggerFactory)
    {
        options.Validate();
        return new Linux.LinuxContainerRuntime(options, loggerFactory);
    }
}
