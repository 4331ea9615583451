using System.Text.Json.Serialization;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Metadata;

namespace Tatara.CloudController.Processes;

internal sealed record ProcessResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Version, string Type, string? Command, string User, int Instances,
    int MemoryInMb, int DiskInMb, long LogRateLimitInBytesPerSecond, HealthCheckResponse HealthCheck, HealthCheckResponse ReadinessHealthCheck,
    ProcessRelationships Relationships, MetadataResponse Metadata, IReadOnlyDictionary<string, Link> Links)
{
    /// <param name="command">What it runs: its own command or the droplet's; hidden in lists.</param>
    public static ProcessResponse From(Process process, string? command, string spaceGuid, Links links) => new(
        process.Guid, process.CreatedAt, process.UpdatedAt, process.Version, process.Type, command, "vcap", process.Instances,
        process.MemoryMb, process.DiskMb, process.LogRateLimit,
        new HealthCheckResponse(process.HealthCheckType, Liveness(process)),
        new HealthCheckResponse(process.ReadinessHealthCheckType, Readiness(process)),
        new ProcessRelationships(Relationship.To(process.AppGuid), null),
        MetadataResponse.Of(process),
        new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/processes/{process.Guid}"),
            ["scale"] = links.Post($"/v3/processes/{process.Guid}/actions/scale"),
            ["app"] = links.To($"/v3/apps/{process.AppGuid}"),
            ["space"] = links.To($"/v3/spaces/{spaceGuid}"),
            ["stats"] = links.To($"/v3/processes/{process.Guid}/stats"),
        });

    private static Dictionary<string, object?> Liveness(Process process)
    {
        var data = new Dictionary<string, object?>
        {
            ["timeout"] = process.HealthCheckTimeout,
            ["invocation_timeout"] = process.HealthCheckInvocationTimeout,
            ["interval"] = process.HealthCheckInterval,
        };
        if (process.HealthCheckType == "http") data["endpoint"] = process.HealthCheckHttpEndpoint;
        return data;
    }

    private static Dictionary<string, object?> Readiness(Process process)
    {
        var data = new Dictionary<string, object?>
        {
            ["invocation_timeout"] = process.ReadinessHealthCheckInvocationTimeout,
            ["interval"] = process.ReadinessHealthCheckInterval,
        };
        if (process.ReadinessHealthCheckType == "http") data["endpoint"] = process.ReadinessHealthCheckHttpEndpoint;
        return data;
    }
}

internal sealed record HealthCheckResponse(string Type, IReadOnlyDictionary<string, object?> Data);

internal sealed record ProcessRelationships(Relationship App, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] Relationship? Revision);
