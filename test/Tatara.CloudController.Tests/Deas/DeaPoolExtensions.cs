using Tatara.CloudController.Deas;

namespace Tatara.CloudController.Tests.Deas;

internal static class DeaPoolExtensions
{
    /// <summary>A place for one instance; null when there is none.</summary>
    public static string? PlaceInstance(this DeaPool pool, string processGuid, Demand demand) => pool.PlaceInstances(processGuid, demand, 1).SingleOrDefault();
}
