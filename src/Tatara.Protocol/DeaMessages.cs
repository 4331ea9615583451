using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tatara.Protocol;

/// <summary>dea.advertise and staging.advertise, every 5 s: what a DEA has free.</summary>
/// <param name="AvailableMemory">MB.</param>
/// <param name="AvailableDisk">MB.</param>
/// <param name="AppIdToCount">Instances of each app that run here; absent on staging.advertise.</param>
/// <param name="Refuses">Why it takes nothing new whatever is free: draining, a nearly full disk. Null: it takes what fits.</param>
public sealed record DeaAdvertisement(
    string Id,
    IReadOnlyList<string> Stacks,
    long AvailableMemory,
    long AvailableDisk,
    IReadOnlyDictionary<string, int>? AppIdToCount = null,
    PlacementProperties? PlacementProperties = null,
    string? Refuses = null);

/// <summary>Where a DEA stands; instances of an app are spread over zones.</summary>
public sealed record PlacementProperties(string Zone);

/// <summary>dea.start (a DEA came up) and dea.shutdown (it leaves; then with the instances it held).</summary>
public sealed record DeaHello(string Id, string Ip, string Version, IReadOnlyDictionary<string, int>? AppIdToCount = null);

/// <summary>tatara.dea.silent: a DEA that nobody heard for too long.</summary>
public sealed record DeaSilent(string Id);

/// <summary>dea.status' reply. Sizes in MB.</summary>
public sealed record DeaStatus(string Id, string Ip, string Version, long MaxMemory, long ReservedMemory, long UsedMemory);

/// <summary>What an instance may use.</summary>
/// <param name="Mem">MB.</param>
/// <param name="Disk">MB.</param>
/// <param name="Fds">Open files.</param>
/// <param name="LogRate">Bytes a second; null or negative means unlimited.</param>
public sealed record InstanceLimits(long Mem, long Disk, int Fds, long? LogRate = null);

/// <summary>dea.ID.start: run one instance.</summary>
/// <param name="Droplet">Guid of the app. The name is Cloud Foundry V2's.</param>
/// <param name="Version">The app's version: it changes with each new droplet, environment or command. Instances are compared by it.</param>
/// <param name="Sha1">Of the droplet's bits; the DEA's cache key, checked after the download.</param>
/// <param name="ExecutableUri">Signed URL of the droplet's bits.</param>
/// <param name="Env">K=V strings, the app's own variables.</param>
/// <param name="VcapApplication">VCAP_APPLICATION as far as Cloud Controller knows it; the DEA adds what belongs to the instance.</param>
/// <param name="Services">VCAP_SERVICES: label to bindings.</param>
/// <param name="StartCommand">Null: the droplet's own (staging_info.yml).</param>
/// <param name="HealthCheckTimeout">Seconds an instance may take to become healthy; null means 60.</param>
/// <param name="HealthCheckType">port, http or process; null means port.</param>
/// <param name="HealthCheckInvocationTimeout">Seconds one check may take; null means 1.</param>
/// <param name="HealthCheckInterval">Seconds between two checks of a running instance; null means 30.</param>
/// <param name="Readiness">Whether it is routed; null means always.</param>
/// <param name="ProcessType">web, worker, …; web is the one that has routes.</param>
/// <param name="ProcessGuid">Guid of the process.</param>
/// <param name="Sidecars">What runs beside the process, in its container.</param>
/// <param name="InternalNames">Names of internal domains that lead to the instance (host.apps.internal).</param>
/// <param name="EgressNetworkRules">What the instance may reach, until its DEA hears of newer rules; null means nothing.</param>
/// <param name="TcpRoutes">Ports of TCP routes that lead to the instance.</param>
/// <param name="RouteServices">Which of the uris go through a route service, and its URL.</param>
/// <param name="Http2Uris">Which of the uris are served by HTTP/2.</param>
/// <param name="LoadBalancing">How the requests of some uris are spread: round-robin or least-connection.</param>
public sealed record DeaStartMessage(
    string Droplet,
    string Version,
    string Name,
    int Index,
    string Sha1,
    [property: JsonPropertyName("executableUri")] string ExecutableUri,
    IReadOnlyList<string> Uris,
    InstanceLimits Limits,
    IReadOnlyList<string> Env,
    JsonElement VcapApplication,
    JsonElement? Services = null,
    [property: JsonPropertyName("executableFile")] string? ExecutableFile = null,
    string? StartCommand = null,
    int? HealthCheckTimeout = null,
    string? HealthCheckType = null,
    string? HealthCheckHttpEndpoint = null,
    int? HealthCheckInvocationTimeout = null,
    int? HealthCheckInterval = null,
    ReadinessCheck? Readiness = null,
    string? ProcessType = null,
    string? ProcessGuid = null,
    string? Stack = null,
    IReadOnlyList<string>? InternalNames = null,
    IReadOnlyList<EgressRule>? EgressNetworkRules = null,
    string CcPartition = "default",
    bool Prod = false,
    string? Console = null,
    string? Debug = null,
    IReadOnlyList<SidecarSpec>? Sidecars = null,
    IReadOnlyList<TcpRoute>? TcpRoutes = null,
    IReadOnlyDictionary<string, string>? RouteServices = null,
    IReadOnlyList<string>? Http2Uris = null,
    IReadOnlyDictionary<string, string>? LoadBalancing = null);

/// <summary>A check whose failure takes an instance out of routing, and no more than that.</summary>
/// <param name="Type">port, http or process (always ready).</param>
/// <param name="InvocationTimeout">Seconds one check may take; null means 1.</param>
/// <param name="Interval">Seconds between two checks of a ready instance; null means 30.</param>
public sealed record ReadinessCheck(string Type, string? HttpEndpoint = null, int? InvocationTimeout = null, int? Interval = null);

/// <summary>dea.stop: which instances; a bare droplet means all, and its staging too.</summary>
public sealed record DeaStopMessage(
    string Droplet,
    string? Version = null,
    IReadOnlyList<int>? Indices = null,
    IReadOnlyList<string>? Instances = null);

/// <summary>dea.update: the routes of an app changed.</summary>
/// <param name="InternalNames">Names of internal domains; null leaves them as they are.</param>
/// <param name="TcpRoutes">Ports of TCP routes; null means none.</param>
/// <param name="RouteServices">Which of the uris go through a route service; null means none.</param>
/// <param name="Http2Uris">Which of the uris are served by HTTP/2; null means none.</param>
/// <param name="LoadBalancing">How the requests of some uris are spread; null means as usual.</param>
public sealed record DeaUpdateMessage(
    string Droplet,
    IReadOnlyList<string> Uris,
    string? Version = null,
    IReadOnlyList<string>? InternalNames = null,
    IReadOnlyList<TcpRoute>? TcpRoutes = null,
    IReadOnlyDictionary<string, string>? RouteServices = null,
    IReadOnlyList<string>? Http2Uris = null,
    IReadOnlyDictionary<string, string>? LoadBalancing = null);

/// <summary>dea.find.droplet: a question about instances; each DEA answers once for each that matches, within 2 s.</summary>
public sealed record FindDropletRequest(
    string Droplet,
    string? Version = null,
    IReadOnlyList<string>? States = null,
    IReadOnlyList<int>? Indices = null,
    IReadOnlyList<string>? InstanceIds = null,
    bool IncludeStats = false,
    string? Path = null);

/// <summary>An answer to dea.find.droplet.</summary>
/// <param name="StateTimestamp">Unix seconds.</param>
public sealed record FindDropletResponse(
    string Dea,
    string Droplet,
    string Version,
    string Instance,
    int Index,
    string State,
    double StateTimestamp,
    InstanceStats? Stats = null);

/// <summary>What an instance is and uses.</summary>
/// <param name="Uptime">Seconds since it was started.</param>
/// <param name="MemQuota">Bytes.</param>
/// <param name="DiskQuota">Bytes.</param>
public sealed record InstanceStats(
    string Name,
    IReadOnlyList<string> Uris,
    string Host,
    int Port,
    int ContainerPort,
    double Uptime,
    long MemQuota,
    long DiskQuota,
    int FdsQuota,
    bool Routable,
    InstanceUsage? Usage = null,
    string? Details = null);

/// <summary>A measurement.</summary>
/// <param name="Time">RFC 3339.</param>
/// <param name="Cpu">Fraction of one core: 1.0 is a whole one.</param>
/// <param name="CpuEntitlement">Of what it may count on when all want the processors: 1.0 is all of it.</param>
/// <param name="Mem">Bytes.</param>
/// <param name="Disk">Bytes.</param>
/// <param name="LogRate">Bytes a second.</param>
public sealed record InstanceUsage(DateTimeOffset Time, double Cpu, double CpuEntitlement, long Mem, long Disk, long LogRate);

/// <summary>dea.heartbeat, every 10 s: every instance a DEA holds.</summary>
public sealed record DeaHeartbeat(string Dea, IReadOnlyList<InstanceHeartbeat> Droplets);

/// <summary>One instance in a heartbeat.</summary>
/// <param name="State">See <see cref="InstanceStates"/>.</param>
/// <param name="StateTimestamp">Unix seconds at which the state was entered.</param>
/// <param name="Ready">False while it runs and is not routed; null means true.</param>
public sealed record InstanceHeartbeat(
    string Droplet,
    string Version,
    string Instance,
    int Index,
    string State,
    double StateTimestamp,
    string CcPartition = "default",
    bool? Ready = null);

/// <summary>The states an instance is in, as heartbeats and dea.find.droplet carry them.</summary>
public static class InstanceStates
{
    public const string Starting = "STARTING";
    public const string Running = "RUNNING";
    public const string Crashed = "CRASHED";
    public const string Evacuating = "EVACUATING";
}

/// <summary>droplet.exited: an instance ended.</summary>
/// <param name="Reason">See <see cref="ExitReasons"/>.</param>
/// <param name="ExitStatus">As the shell has it: 128 + n for signal n.</param>
/// <param name="ExitDescription">For a person: "out of memory", "failed to listen on port within 60 s".</param>
/// <param name="CrashTimestamp">Unix seconds; null unless it crashed.</param>
public sealed record DropletExited(
    string Droplet,
    string Version,
    string Instance,
    int Index,
    string Reason,
    int ExitStatus,
    string ExitDescription,
    double? CrashTimestamp = null,
    string CcPartition = "default");

/// <summary>Why an instance ended.</summary>
public static class ExitReasons
{
    public const string Crashed = "CRASHED";
    public const string DeaEvacuation = "DEA_EVACUATION";
    public const string DeaShutdown = "DEA_SHUTDOWN";
    public const string Stopped = "STOPPED";
    /// <summary>Not started: the DEA has no room for it. No fault of the app's.</summary>
    public const string Refused = "REFUSED";
}

/// <summary>tatara.dea.ID.drain: leave. Asking again only asks how far it is.</summary>
/// <param name="TimeoutInSeconds">What has found no place elsewhere by then is stopped; null means 600.</param>
public sealed record DrainRequest(int? TimeoutInSeconds = null);

/// <summary>How far a drain is.</summary>
/// <param name="Instances">Still here.</param>
/// <param name="Stagings">Still under way.</param>
public sealed record DrainProgress(string Dea, int Instances, int Stagings);
