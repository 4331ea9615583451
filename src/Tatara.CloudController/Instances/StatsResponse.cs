using System.Text.Json.Serialization;

namespace Tatara.CloudController.Instances;

/// <summary>The statistics of a process: one entry for each index that is wanted.</summary>
internal sealed record StatsResponse(IReadOnlyList<object> Resources);

/// <summary>An instance that is there.</summary>
/// <param name="Uptime">Seconds.</param>
internal sealed record FoundInstance(
    string Type, int Index, string InstanceGuid, string State, bool Routable, string? Host, string? InstanceInternalIp, long Uptime,
    long? MemQuota, long? DiskQuota, long LogRateLimit, int? FdsQuota, string? IsolationSegment, string? Details,
    IReadOnlyList<InstancePort> InstancePorts, UsageResponse Usage);

/// <summary>An instance that is not.</summary>
internal sealed record MissingInstance(string Type, int Index, string State, bool Routable, long Uptime, string? IsolationSegment, string? Details);

internal sealed record InstancePort(int External, int Internal, int? ExternalTlsProxyPort, int? InternalTlsProxyPort);

/// <summary>An empty object until something was measured.</summary>
internal sealed record UsageResponse(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Time = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Cpu = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? CpuEntitlement = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Mem = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Disk = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? LogRate = null);
