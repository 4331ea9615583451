using System.Globalization;

namespace Tatara.Bench.Simulation;

/// <summary>What is simulated: apps of 25 instances, spread evenly over DEAs of 250. Every id follows from its number.</summary>
internal sealed record SimulatedCloud(int Instances)
{
    public const int InstancesPerDea = 250;
    public const int InstancesPerApp = 25;

    /// <summary>MB of each instance.</summary>
    public const int MemoryMb = 32;

    public const string Stack = "bookworm";

    public int Deas => Instances / InstancesPerDea;
    public int Apps => Instances / InstancesPerApp;

    public static string AppGuid(int app) => Guid("a", app);
    public static string VersionGuid(int app) => Guid("b", app);
    public static string InstanceGuid(int instance) => Guid("c", instance);
    public static string DeaId(int dea) => string.Create(CultureInfo.InvariantCulture, $"dea-{dea}");

    /// <summary>The instances that a DEA holds at first: neighbours of an app are on different DEAs.</summary>
    public IEnumerable<(int Instance, int App, int Index)> InstancesOf(int dea)
    {
        for (var instance = dea; instance < Instances; instance += Deas) yield return (instance, instance / InstancesPerApp, instance % InstancesPerApp);
    }

    private static string Guid(string kind, int number) => string.Create(CultureInfo.InvariantCulture, $"{number:x8}-{kind}000-4000-8000-{number:x12}");
}
