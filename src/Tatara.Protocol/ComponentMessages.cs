namespace Tatara.Protocol;

/// <summary>
/// vcap.component.announce, and the answer to vcap.component.discover: a member of the platform and how it is. Cloud Foundry V2's fields
/// but for its credentials: whoever may read them knows the password, and nobody else on the bus shall.
/// </summary>
/// <param name="Uuid">Of this run; a restart has another one.</param>
/// <param name="Host">Address and port of its /healthz and /varz; null: it shows none.</param>
/// <param name="Uptime">Like 0d:2h:3m:4s.</param>
/// <param name="Cpu">Of its process, in percent of one processor.</param>
/// <param name="MemBytes">Of its process.</param>
/// <param name="Problem">Why it cannot do its work; null: it can.</param>
/// <param name="Neighbours">Names of other members that it heard of lately.</param>
public sealed record ComponentAnnouncement(
    string Type,
    int Index,
    string Uuid,
    string Start,
    string Uptime,
    string? Host = null,
    string? Name = null,
    string? Zone = null,
    string? Version = null,
    double? Cpu = null,
    long? MemBytes = null,
    string? Problem = null,
    IReadOnlyList<string>? Neighbours = null);

/// <summary>What Cloud Foundry V2 calls its components.</summary>
public static class ComponentTypes
{
    public const string Router = "Router";
    public const string CloudController = "CloudController";
    public const string Uaa = "UAA";
    public const string LogCache = "LogCache";
    public const string HealthManager = "HealthManager";
    public const string Dea = "DEA";
}
