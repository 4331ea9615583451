namespace Tatara.Cli.Api.Records;

internal sealed record Organization(string Guid, string Name);

internal sealed record Space(string Guid, string Name);

internal sealed record Domain(
    string Guid,
    string Name,
    bool Internal,
    IReadOnlyList<string>? SupportedProtocols,
    DomainRelationships? Relationships)
{
    public bool IsPrivate => Relationships?.Organization?.Data is not null;

    public bool IsTcp => SupportedProtocols?.Contains("tcp") == true;
}

/// <param name="Type">tcp.</param>
internal sealed record RouterGroup(string Guid, string Name, string Type);

internal sealed record DomainRelationships(ToOne? Organization);

internal sealed record Route(
    string Guid,
    string Host,
    string Path,
    int? Port,
    string? Protocol,
    string Url,
    IReadOnlyList<RouteDestination>? Destinations,
    RouteRelationships? Relationships)
{
    public IReadOnlyList<RouteDestination> To => Destinations ?? [];
}

internal sealed record RouteRelationships(ToOne? Space, ToOne? Domain);

internal sealed record RouteDestination(string Guid, RouteDestinationApp App, int? Port, string? Protocol);

internal sealed record RouteDestinationApp(string Guid);

internal sealed record RouteDestinations(IReadOnlyList<RouteDestination> Destinations);

internal sealed record Buildpack(string Guid, string Name, int Position, string? Stack, bool Enabled, bool Locked, string? State, string? Filename, string? Lifecycle);

internal sealed record EnvironmentGroup(IReadOnlyDictionary<string, string> Var);

internal sealed record Stack(string Guid, string Name, string? Description, string? State);

internal sealed record AuditEvent(string Guid, string Type, DateTimeOffset CreatedAt, AuditEventParty Actor, System.Text.Json.JsonElement Data);

internal sealed record AuditEventParty(string? Guid, string? Name);
