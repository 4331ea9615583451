using Microsoft.Extensions.Logging;
using Tatara.Containers;
using Tatara.Dea.Staging;

namespace Tatara.Dea.Instances;

/// <summary>Now and then: removes what no instance and no staging owns any more, because removing it failed when it was time.</summary>
internal sealed partial class OrphanSweep(
    IContainerRuntime containers, InstanceStore instances, InstanceTable table, StagingStore stagings, Stager stager, TimeProvider time, ILogger<OrphanSweep> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Interval, time, cancellationToken);
            try
            {
                await containers.SweepAsync(cancellationToken);
                Sweep(instances.Names(), name => table.All.Any(i => i.Guid == name), instances.Delete);
                Sweep(stagings.Names(), stager.IsAt, stagings.Delete);
            }
            catch (Exception e) when (e is ContainerException or IOException or UnauthorizedAccessException)
            {
                Log.Failed(logger, e);
            }
        }
    }

    /// <summary>Listed first and asked about then: whoever makes a directory is known before it is there.</summary>
    private void Sweep(IReadOnlyList<string> names, Func<string, bool> isOwned, Action<string> delete)
    {
        foreach (var name in names.Where(n => !isOwned(n)))
        {
            Log.Orphan(logger, name);
            delete(name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Removing the directory of {Name}, which nobody owns.")]
        public static partial void Orphan(ILogger logger, string name);

        [LoggerMessage(LogLevel.Warning, "Not all orphans can be removed; it is tried again.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
