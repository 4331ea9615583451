namespace Tatara.CloudController.Instances;

/// <summary>What to tell DEAs so that a process becomes what is wanted. Pure.</summary>
/// <param name="StopVersion">Every instance of this version is stopped.</param>
/// <param name="StopFrom">Instances of the wanted version from this index on are stopped, up to <see cref="StopTo"/>.</param>
/// <param name="StartFrom">Instances of the wanted version from this index on are started, up to <see cref="StartTo"/>.</param>
internal sealed record InstancePlan(string? StopVersion, int StopFrom, int StopTo, int StartFrom, int StartTo)
{
    /// <param name="sentVersion">What DEAs were told last; null: nothing.</param>
    public static InstancePlan Make(string? sentVersion, int sentInstances, string version, int wanted)
    {
        if (wanted == 0) return new(sentVersion, 0, 0, 0, 0);
        return sentVersion == version
            ? new(null, wanted, Math.Max(wanted, sentInstances), Math.Min(sentInstances, wanted), wanted)
            : new(sentVersion, 0, 0, 0, wanted);
    }
}
