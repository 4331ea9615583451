namespace Tatara.CloudController.Data;

/// <summary>A feature flag that an administrator set; others have their default.</summary>
internal sealed class FeatureFlag : Entity
{
    public required string Name { get; set; }
    public bool Enabled { get; set; }
    public string? CustomErrorMessage { get; set; }
}

/// <summary>Variables for every app: "running" or "staging".</summary>
internal sealed class EnvironmentVariableGroup : Entity
{
    public required string Name { get; set; }
    public IReadOnlyDictionary<string, string?> Variables { get; set; } = new Dictionary<string, string?>();
}
