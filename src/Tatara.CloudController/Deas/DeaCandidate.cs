namespace Tatara.CloudController.Deas;

/// <summary>What is believed of a DEA: its last advertisement less what was sent to it since.</summary>
/// <param name="Memory">MB free.</param>
/// <param name="Disk">MB free.</param>
/// <param name="Instances">Instances by process.</param>
/// <param name="Refuses">Why it takes nothing new; null: it takes what fits.</param>
internal sealed record DeaCandidate(
    string Id,
    string Zone,
    IReadOnlyList<string> Stacks,
    long Memory,
    long Disk,
    IReadOnlyDictionary<string, int> Instances,
    string? Refuses = null)
{
    public int InstancesOf(string processGuid) => Instances.GetValueOrDefault(processGuid);
}

/// <summary>What has to find room.</summary>
/// <param name="Memory">MB.</param>
/// <param name="Disk">MB.</param>
internal sealed record Demand(long Memory, long Disk, string Stack);
