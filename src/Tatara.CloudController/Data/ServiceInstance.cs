namespace Tatara.CloudController.Data;

/// <summary>A service that a user brings along: credentials, and perhaps a route service.</summary>
internal sealed class ServiceInstance : LabelledEntity
{
    public required string Name { get; set; }
    public required string SpaceGuid { get; set; }

    /// <summary>Requests for bound routes go there first; null: it binds no routes.</summary>
    public string? RouteServiceUrl { get; set; }
    public string? SyslogDrainUrl { get; set; }

    /// <summary>A JSON object.</summary>
    public string Credentials { get; set; } = "{}";
    public IReadOnlyList<string> Tags { get; set; } = [];
}

/// <summary>A route whose requests go through a route service.</summary>
internal sealed class RouteBinding : LabelledEntity
{
    public required string RouteGuid { get; set; }
    public required string ServiceInstanceGuid { get; set; }
}
