using Tatara.CloudController.Api;

namespace Tatara.CloudController.Processes;

/// <summary>A value that a request may give, null included, or leave out.</summary>
internal readonly record struct Change<T>(bool Given, T? Value)
{
    public T? Or(T? old) => Given ? Value : old;
}

/// <summary>What is to change in a process, from the API or a manifest. What is null or not given stays.</summary>
internal sealed record ProcessPatch
{
    public int? Instances { get; init; }
    public int? MemoryMb { get; init; }
    public int? DiskMb { get; init; }
    public long? LogRateLimit { get; init; }
    public Change<string> Command { get; init; }
    public HealthCheckPatch? HealthCheck { get; init; }
    public HealthCheckPatch? Readiness { get; init; }

    /// <summary>The body of actions/scale.</summary>
    public static ProcessPatch ReadScale(Body body) => new()
    {
        Instances = (int?)body.Integer("instances", min: 0),
        MemoryMb = (int?)body.Integer("memory_in_mb", min: 1),
        DiskMb = (int?)body.Integer("disk_in_mb", min: 1),
        LogRateLimit = body.Integer("log_rate_limit_in_bytes_per_second", min: -1, max: long.MaxValue),
    };

    /// <summary>The body of PATCH /v3/processes/GUID, its metadata apart.</summary>
    public static ProcessPatch ReadUpdate(Body body)
    {
        var command = body.String("command", maxLength: 4096);
        if (command?.Length == 0) body.Fail("command", "must be between 1 and 4096 characters");
        if (body.String("user") is not (null or "vcap")) body.Fail("user", "must be vcap");
        return new ProcessPatch
        {
            Command = new(body.Has("command"), command),
            HealthCheck = HealthCheckPatch.Read(body, "health_check", isReadiness: false),
            Readiness = HealthCheckPatch.Read(body, "readiness_health_check", isReadiness: true),
        };
    }
}

/// <summary>A health check, or the readiness check, as it is to become.</summary>
internal sealed record HealthCheckPatch
{
    private static readonly string[] s_types = ["port", "process", "http"];

    public string? Type { get; init; }
    public Change<int?> Timeout { get; init; }
    public Change<int?> InvocationTimeout { get; init; }
    public Change<int?> Interval { get; init; }
    public Change<string> Endpoint { get; init; }

    public static bool IsType(string type) => s_types.Contains(type);

    public static HealthCheckPatch? Read(Body body, string field, bool isReadiness)
    {
        if (body.Object(field) is not { } check) return null;
        var type = check.String("type");
        if (type is not null && !IsType(type)) check.Fail("type", "must be \"port\", \"process\", or \"http\"");
        var data = check.Object("data");
        var endpoint = data?.String("endpoint");
        if (endpoint is not null && !endpoint.StartsWith('/')) data!.Fail("endpoint", "must be a valid URI path");
        return new HealthCheckPatch
        {
            Type = type,
            Timeout = isReadiness ? default : Seconds(data, "timeout"),
            InvocationTimeout = Seconds(data, "invocation_timeout"),
            Interval = Seconds(data, "interval"),
            Endpoint = new(data?.Has("endpoint") ?? false, endpoint),
        };
    }

    private static Change<int?> Seconds(Body? data, string name) =>
        data is null ? default : new(data.Has(name), (int?)data.Integer(name, min: 1));
}
