namespace Tatara.CloudController.Data;

/// <summary>A name, or a port, under which apps answer. Host and path are kept in lower case or empty, never null.</summary>
internal sealed class Route : LabelledEntity
{
    public string Host { get; set; } = "";
    public string Path { get; set; } = "";
    public required string DomainGuid { get; set; }
    public required string SpaceGuid { get; set; }

    /// <summary>Of a TCP route; 0: the route is for HTTP.</summary>
    public int Port { get; set; }

    /// <summary>The domain's, of a TCP route: within a group a port is one route's.</summary>
    public string? RouterGroupGuid { get; set; }

    /// <summary>How routers spread its requests: round-robin or least-connection; null: as they usually do.</summary>
    public string? LoadBalancing { get; set; }
}

/// <summary>An app that a route leads to.</summary>
internal sealed class RouteDestination : Entity
{
    public required string RouteGuid { get; set; }
    public required string AppGuid { get; set; }
    public string ProcessType { get; set; } = "web";

    /// <summary>Null: the app's PORT.</summary>
    public int? AppPort { get; set; }
    public int? Weight { get; set; }
    public string Protocol { get; set; } = "http1";
}

/// <summary>A domain that routes are made of. Without an owner it is shared by all.</summary>
internal sealed class Domain : LabelledEntity
{
    public required string Name { get; set; }
    public bool Internal { get; set; }

    /// <summary>Its routes are ports of this group; null: they are host names.</summary>
    public string? RouterGroupGuid { get; set; }
    public string? OrganizationGuid { get; set; }
}

/// <summary>An owned domain that a further organization may use.</summary>
internal sealed class DomainShare
{
    public long Id { get; set; }
    public required string DomainGuid { get; set; }
    public required string OrganizationGuid { get; set; }
}
