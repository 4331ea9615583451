using Tatara.Protocol;

namespace Tatara.HealthManager.Actual;

/// <summary>What is believed of what DEAs send: a DEA is another machine, and what it says ends up in this one's memory.</summary>
internal static class MessageRules
{
    public const int MaxInstancesPerDea = 20_000;
    public const int MaxIndex = 9_999;
    private const int MaxIdLength = 200;

    public static bool IsValid(DeaHeartbeat heartbeat) => IsId(heartbeat.Dea) && heartbeat.Droplets.Count <= MaxInstancesPerDea;

    public static bool IsValid(InstanceHeartbeat? entry) =>
        entry is not null && IsInstance(entry.Droplet, entry.Version, entry.Instance, entry.Index) && double.IsFinite(entry.StateTimestamp);

    public static bool IsValid(DropletExited exit) => IsInstance(exit.Droplet, exit.Version, exit.Instance, exit.Index);

    private static bool IsInstance(string droplet, string version, string instance, int index) =>
        IsId(droplet) && IsId(version) && IsId(instance) && index is >= 0 and <= MaxIndex;

    private static bool IsId(string id) => id.Length is > 0 and <= MaxIdLength;
}
