namespace Tatara.CloudController.Data;

/// <summary>A process that runs in the same container as an app's processes of some types.</summary>
internal sealed class Sidecar : Entity
{
    public required string AppGuid { get; set; }
    public required string Name { get; set; }
    public required string Command { get; set; }
    public IReadOnlyList<string> ProcessTypes { get; set; } = [];

    /// <summary>The part of the process's memory meant for it.</summary>
    public int? MemoryMb { get; set; }

    /// <summary>See <see cref="SidecarOrigins"/>.</summary>
    public string Origin { get; set; } = SidecarOrigins.User;
}

internal static class SidecarOrigins
{
    public const string User = "user";

    /// <summary>It comes and goes with the droplet.</summary>
    public const string Buildpack = "buildpack";
}
