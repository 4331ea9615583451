namespace Tatara.CloudController.Builds;

/// <summary>How patient staging is.</summary>
internal sealed record StagingTimes
{
    /// <summary>All of staging, as the DEA is told.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The DEA gives up by itself at the timeout; its reply may need this long.</summary>
    public TimeSpan Slack { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A DEA that took the message says so within milliseconds; later than this the message counts as lost and goes out again.</summary>
    public TimeSpan Acceptance { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a build looks for a stager with room.</summary>
    public TimeSpan Search { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A stager advertises every 5 s; one that was silent for so long is gone with what it staged.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often the builds that are underway are looked at.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(1);
}
