namespace Tatara.Protocol;

/// <summary>droplet.updated: the desired state of an app changed.</summary>
public sealed record DropletUpdated(string Droplet);

/// <summary>hm9000.start: Cloud Controller should start an instance, if it still agrees.</summary>
/// <param name="MessageId">Unique; a repeated message is done once.</param>
/// <param name="Crashes">How often the index crashed in a row: an order that is given again because nothing shows has the number of the first.</param>
public sealed record HmStart(string MessageId, string Droplet, string Version, int InstanceIndex, int Crashes = 0);

/// <summary>hm9000.stop: Cloud Controller should stop an instance, if it still agrees.</summary>
public sealed record HmStop(string MessageId, string Droplet, string Version, int InstanceIndex, string InstanceGuid, bool IsDuplicate);

/// <summary>app.state: what does the Health Manager know of an app?</summary>
public sealed record AppStateRequest(string Droplet, string Version);

/// <summary>The answer to app.state.</summary>
public sealed record AppStateResponse(
    string Droplet,
    string Version,
    IReadOnlyList<InstanceHeartbeat> InstanceHeartbeats,
    IReadOnlyList<CrashCount> CrashCounts);

/// <summary>How often an index crashed lately; Cloud Controller calls it flapping from 3 on.</summary>
/// <param name="CreatedAt">Unix seconds of the latest crash.</param>
public sealed record CrashCount(string Droplet, string Version, int InstanceIndex, [property: System.Text.Json.Serialization.JsonPropertyName("crash_count")] int Count, double CreatedAt);

/// <summary>A page of GET /bulk/apps, by which the Health Manager learns the desired state.</summary>
/// <param name="Results">Process guid to its desired state.</param>
/// <param name="BulkToken">Where the next page begins; an empty result ends the walk.</param>
public sealed record BulkAppsPage(IReadOnlyDictionary<string, DesiredApp> Results, BulkToken BulkToken);

/// <summary>Position in the walk over all apps.</summary>
public sealed record BulkToken(long Id);

/// <summary>POST /bulk/leases/NAME: asks for the lease, or to renew it. DELETE gives it back.</summary>
/// <param name="Holder">Who asks; each start of a program is somebody else.</param>
/// <param name="LifeMilliseconds">For how long, from now on.</param>
public sealed record LeaseRequest(string Holder, long LifeMilliseconds);

/// <summary>The answer: whether it is the holder's.</summary>
public sealed record LeaseAnswer(bool Held);

/// <summary>What should run.</summary>
/// <param name="Id">The guid that bus messages call droplet.</param>
/// <param name="State">STARTED or STOPPED.</param>
/// <param name="PackageState">STAGED, PENDING or FAILED.</param>
public sealed record DesiredApp(string Id, string Version, int Instances, string State, string PackageState, DateTimeOffset UpdatedAt);
