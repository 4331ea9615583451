using Tatara.CloudController.Data;

namespace Tatara.CloudController.Apps;

/// <summary>
/// How the API reaches running instances. Called after the database holds the new truth; calls may be lost with the
/// process, because the Health Manager sees the difference too.
/// </summary>
internal interface IInstanceControl
{
    /// <summary>State, version or number of instances of a process changed: bring its instances in line.</summary>
    Task DesiredStateChangedAsync(string processGuid, CancellationToken cancellationToken);

    /// <summary>Stops everything of processes that are about to vanish or just did: instances and staging.</summary>
    Task StopAsync(string appGuid, IReadOnlyList<string> processGuids, CancellationToken cancellationToken);

    /// <summary>Stops the instance of an index; a started process gets a new one.</summary>
    Task StopInstanceAsync(Process process, int index, CancellationToken cancellationToken);

    /// <summary>Routes of an app were mapped or unmapped.</summary>
    Task RoutesChangedAsync(string appGuid, CancellationToken cancellationToken);

    /// <summary>Removes the bits of an app: packages, droplets and the buildpack cache. Done again after a restart, it succeeds.</summary>
    Task DeleteBitsAsync(string appGuid, CancellationToken cancellationToken);
}
