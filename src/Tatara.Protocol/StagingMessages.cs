using System.Text.Json;

namespace Tatara.Protocol;

/// <summary>staging.ID.start: turn a package into a droplet. Two <see cref="StagingReply"/> come back to the reply subject.</summary>
/// <param name="TaskId">Guid of the build.</param>
/// <param name="DownloadUri">Signed URL of the package (zip).</param>
/// <param name="UploadUri">Signed URL that takes the droplet (POST, the body is the tar.gz, X-Tatara-Sha1 names its hash).</param>
/// <param name="BuildpackCacheDownloadUri">Signed; 404 when there is no cache yet.</param>
/// <param name="AdminBuildpacks">The installed buildpacks in detection order.</param>
/// <param name="EgressNetworkRules">What the staging container may reach; null means nothing.</param>
/// <param name="StartMessage">The start message of a first instance, or null. Reserved: Tatara starts instances itself.</param>
public sealed record StagingStartMessage(
    string AppId,
    string TaskId,
    StagingProperties Properties,
    string DownloadUri,
    string UploadUri,
    string BuildpackCacheDownloadUri,
    string BuildpackCacheUploadUri,
    IReadOnlyList<AdminBuildpack> AdminBuildpacks,
    string? Stack = null,
    IReadOnlyList<EgressRule>? EgressNetworkRules = null,
    DeaStartMessage? StartMessage = null);

/// <summary>What the staging container gets.</summary>
/// <param name="Buildpacks">Keys of admin buildpacks or URLs, in order; empty means: detect.</param>
/// <param name="Environment">K=V strings.</param>
/// <param name="Resources">Limits of the staging container.</param>
/// <param name="Services">VCAP_SERVICES.</param>
/// <param name="VcapApplication">VCAP_APPLICATION while staging.</param>
/// <param name="TimeoutSeconds">How long staging may take in all; 900 by default.</param>
public sealed record StagingProperties(
    IReadOnlyList<string> Buildpacks,
    IReadOnlyList<string> Environment,
    InstanceLimits Resources,
    JsonElement? Services = null,
    JsonElement? VcapApplication = null,
    int TimeoutSeconds = 900);

/// <summary>An installed buildpack. The key is its guid with the hash of its bits, so that a changed one is downloaded again.</summary>
public sealed record AdminBuildpack(string Key, string Url, string Name, string? Stack = null);

/// <summary>A reply to staging.ID.start: first with TaskId alone (accepted), then with a result or an error.</summary>
/// <param name="DetectedBuildpack">What detect (or the buildpack's name) said.</param>
/// <param name="BuildpackKey">Key of the admin buildpack that was used last, null for a URL.</param>
/// <param name="Buildpacks">All that were used, in order.</param>
/// <param name="DropletSha1">Of the bits that were uploaded.</param>
/// <param name="ProcessTypes">Process type to command, from Procfile and release.</param>
/// <param name="Error">For a person.</param>
/// <param name="Begun">It waited for its turn until now; its time counts from here.</param>
/// <param name="Sidecars">Processes that run beside others, as buildpacks declare them.</param>
/// <param name="EnvironmentDefaults">Variables for when the app does not set them itself, from app.json.</param>
/// <param name="Formation">Process type to number of instances for processes that are new, from app.json.</param>
public sealed record StagingReply(
    string TaskId,
    string? TaskStreamingLogUrl = null,
    string? DetectedBuildpack = null,
    string? BuildpackKey = null,
    IReadOnlyList<UsedBuildpack>? Buildpacks = null,
    string? DropletSha1 = null,
    IReadOnlyDictionary<string, string>? ProcessTypes = null,
    string? Error = null,
    StagingErrorInfo? ErrorInfo = null,
    bool? Begun = null,
    IReadOnlyList<SidecarSpec>? Sidecars = null,
    IReadOnlyDictionary<string, string>? EnvironmentDefaults = null,
    IReadOnlyDictionary<string, int>? Formation = null);

/// <summary>A buildpack that took part in a staging.</summary>
/// <param name="Key">Of an installed one; otherwise its URL without secrets.</param>
/// <param name="Name">What it calls itself, if it does.</param>
/// <param name="Version">Its own, if it says.</param>
public sealed record UsedBuildpack(string Key, string? Name = null, string? Version = null);

/// <summary>A process that runs in the same container as others.</summary>
/// <param name="ProcessTypes">Beside which processes.</param>
/// <param name="Memory">MB of the process's memory meant for it, if it says.</param>
public sealed record SidecarSpec(string Name, string Command, IReadOnlyList<string> ProcessTypes, int? Memory = null);

/// <summary>A staging failure in the API's terms.</summary>
/// <param name="Type">NoAppDetectedError, BuildpackCompileFailed, BuildpackReleaseFailed, StagingTimeExpired, InsufficientResources, StagingError …</param>
public sealed record StagingErrorInfo(string Type, string Message);

/// <summary>staging.stop: cancel the staging of an app, or only of one build.</summary>
public sealed record StagingStopMessage(string AppId, string? TaskId = null);
