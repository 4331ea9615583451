namespace Tatara.CloudController.Data;

/// <summary>What a user pushes. What runs of it are its <see cref="Process"/> rows.</summary>
internal sealed class App : LabelledEntity
{
    public required string Name { get; set; }
    public required string SpaceGuid { get; set; }
    public string DesiredState { get; set; } = AppStates.Stopped;

    /// <summary>buildpack is the only one so far.</summary>
    public string LifecycleType { get; set; } = "buildpack";

    /// <summary>Names of installed buildpacks or URLs; empty means detection.</summary>
    public IReadOnlyList<string> Buildpacks { get; set; } = [];
    public string? Stack { get; set; }
    public IReadOnlyDictionary<string, string?> EnvironmentVariables { get; set; } = new Dictionary<string, string?>();
    public string? CurrentDropletGuid { get; set; }
    public bool SshEnabled { get; set; } = true;
    public bool RevisionsEnabled { get; set; } = true;

    /// <summary>Set when a delete was asked for: nothing may start it again.</summary>
    public bool Deleting { get; set; }
}

internal static class AppStates
{
    public const string Started = "STARTED";
    public const string Stopped = "STOPPED";
}
