namespace Tatara.Cli.Api.Records;

internal sealed record ProcessStats(IReadOnlyList<InstanceStats> Resources);

/// <summary>One instance, as it is now.</summary>
internal sealed record InstanceStats(
    int Index,
    string State,
    long? Uptime,
    long? MemQuota,
    long? DiskQuota,
    long? LogRateLimit,
    string? Details,
    bool? Routable,
    InstanceUsage? Usage)
{
    public bool IsRunning => State == "RUNNING";

    public bool IsCrashed => State == "CRASHED";
}

internal sealed record InstanceUsage(double? Cpu, double? CpuEntitlement, long? Mem, long? Disk, long? LogRate);
