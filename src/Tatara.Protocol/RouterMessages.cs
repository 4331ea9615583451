namespace Tatara.Protocol;

/// <summary>router.register and router.unregister: one endpoint and the host names it serves.</summary>
/// <param name="Uris">Host names, with a context path after a slash where the route has one.</param>
/// <param name="Host">Address the router dials.</param>
/// <param name="Port">Port the router dials.</param>
/// <param name="Dea">Id of the DEA that runs the instance; null for platform components.</param>
/// <param name="App">Guid of the app; null for platform components.</param>
/// <param name="StaleThresholdInSeconds">The endpoint is pruned when it has not registered again for this long; null means the router's default (120 s).</param>
/// <param name="TcpRoutes">Ports of TCP routes that lead to the endpoint.</param>
/// <param name="RouteServiceUrl">Requests for these uris go through this route service first.</param>
/// <param name="Protocol">"http1" (what null means), "http2", or "tcp".</param>
/// <param name="AvailabilityZone">Where the instance runs: a router of the same zone prefers it.</param>
/// <param name="PrivateInstanceId">Unique to the instance: an unregister with another id than the table's is ignored.</param>
public sealed record RouterRegistration(
    IReadOnlyList<string> Uris,
    string Host,
    int Port,
    string? Dea = null,
    string? App = null,
    string? PrivateInstanceId = null,
    string? PrivateInstanceIndex = null,
    int? TlsPort = null,
    string? Protocol = null,
    int? StaleThresholdInSeconds = null,
    string? ServerCertDomainSan = null,
    IReadOnlyDictionary<string, string>? Tags = null,
    IReadOnlyList<TcpRoute>? TcpRoutes = null,
    string? RouteServiceUrl = null,
    string? AvailabilityZone = null,
    RegistrationOptions? Options = null);

/// <summary>A port that leads to an app. Routers of the group listen on it.</summary>
/// <param name="RouterGroup">Guid of the group.</param>
public sealed record TcpRoute(string RouterGroup, int Port);

/// <summary>How the routes of a registration are served.</summary>
/// <param name="LoadBalancing">"round-robin" (what null means) or "least-connection".</param>
public sealed record RegistrationOptions([property: System.Text.Json.Serialization.JsonPropertyName("loadbalancing")] string? LoadBalancing = null);

/// <summary>router.start, and the reply to router.greet.</summary>
public sealed record RouterGreeting(
    string Id,
    IReadOnlyList<string> Hosts,
    [property: System.Text.Json.Serialization.JsonPropertyName("minimumRegisterIntervalInSeconds")] int MinimumRegisterIntervalInSeconds,
    [property: System.Text.Json.Serialization.JsonPropertyName("pruneThresholdInSeconds")] int PruneThresholdInSeconds);
