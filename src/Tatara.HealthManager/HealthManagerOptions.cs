using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Status;

namespace Tatara.HealthManager;

/// <summary>How the Health Manager finds its neighbours, and how patient it is. docs/decisions/0003-health-manager-timing.md says why.</summary>
public sealed record HealthManagerOptions
{
    /// <summary>The bus.</summary>
    public required NatsOptions Bus { get; init; }

    /// <summary>Where Cloud Controller serves GET /bulk/apps.</summary>
    public required Uri CloudControllerUrl { get; init; }

    /// <summary>How the other parts are reached when they are on other machines; null: they share this one.</summary>
    public PeerNetwork? Peers { get; init; }

    /// <summary>User name for /bulk/apps.</summary>
    public string BulkUser { get; init; } = "bulk_api";

    /// <summary>Password for /bulk/apps.</summary>
    public required string BulkPassword { get; init; }

    /// <summary>Apps asked for in one request.</summary>
    public int BulkBatchSize { get; init; } = 500;

    /// <summary>A DEA that was silent for this long is dead and its instances are started elsewhere. At least two heartbeat intervals, or one lost message moves apps.</summary>
    public TimeSpan HeartbeatTimeToLive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long heartbeats are collected after the start before anything is done. DEAs that start at the same moment must have recovered their instances by then.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often everything is compared. An exit is acted on at once, whatever this is.</summary>
    public TimeSpan AnalysisInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often all desired state is fetched. A droplet.updated causes a fetch at once, whatever this is.</summary>
    public TimeSpan DesiredFetchInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Desired state older than this is not acted upon.</summary>
    public TimeSpan DesiredTimeToLive { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long an ordered or expected start may take to show up in a heartbeat before it is ordered (again).</summary>
    public TimeSpan StartGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an ordered stop may take to show before it is ordered again.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Two instances of one index must have lived side by side for this long before one is stopped. Longer than <see cref="HeartbeatTimeToLive"/>, or the one that is kept may be dead already.</summary>
    public TimeSpan DuplicateGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Starts ordered in one analysis at most; the rest follow in the next, apps with nothing running first. About what a Cloud Controller places meanwhile.</summary>
    public int MaxStartsPerAnalysis { get; init; } = 2_500;

    /// <summary>Where it shows how it is.</summary>
    public StatusOptions Status { get; init; } = new();

    /// <summary>Checks the values against each other.</summary>
    /// <exception cref="ArgumentException">Says what is wrong.</exception>
    public void Validate()
    {
        Require(CloudControllerUrl is { IsAbsoluteUri: true, Scheme: "http" or "https" }, "CloudControllerUrl must be an absolute http or https URL.");
        Require(!string.IsNullOrEmpty(BulkUser) && !BulkUser.Contains(':', StringComparison.Ordinal), "BulkUser must not be empty or hold a colon.");
        Require(!string.IsNullOrEmpty(BulkPassword), "BulkPassword must not be empty.");
        Require(BulkBatchSize is > 0 and <= 10_000, "BulkBatchSize must be between 1 and 10000.");
        Status.Validate();
        Require(MaxStartsPerAnalysis > 0, "MaxStartsPerAnalysis must be above 0.");
        Require(AnalysisInterval > TimeSpan.Zero, "AnalysisInterval must be above zero.");
        Require(AnalysisInterval * 2 <= HeartbeatTimeToLive, "AnalysisInterval must be at most half of HeartbeatTimeToLive.");
        Require(SettleTime >= HeartbeatTimeToLive, "SettleTime must be at least HeartbeatTimeToLive.");
        Require(DuplicateGrace > HeartbeatTimeToLive, "DuplicateGrace must be longer than HeartbeatTimeToLive.");
        Require(StartGrace > TimeSpan.Zero && StopGrace > TimeSpan.Zero, "StartGrace and StopGrace must be above zero.");
        Require(DesiredFetchInterval > TimeSpan.Zero, "DesiredFetchInterval must be above zero.");
        Require(DesiredTimeToLive > DesiredFetchInterval, "DesiredTimeToLive must be longer than DesiredFetchInterval.");
    }

    /// <summary>For a log: no password.</summary>
    public override string ToString() => $"Health Manager of {CloudControllerUrl} on {Bus}";

    private static void Require(bool holds, string sentence)
    {
        if (!holds) throw new ArgumentException(sentence);
    }
}
