namespace Tatara.Dea.Staging;

/// <summary>A package cannot become a droplet. Type and message are what the API answers with.</summary>
internal sealed class StagingException(string type, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Type { get; } = type;
}

/// <summary>Cloud Foundry's names for why staging failed.</summary>
internal static class StagingErrors
{
    public const string StagingError = "StagingError";
    public const string NoAppDetected = "NoAppDetectedError";
    public const string CompileFailed = "BuildpackCompileFailed";
    public const string ReleaseFailed = "BuildpackReleaseFailed";
    public const string TimeExpired = "StagingTimeExpired";
    public const string InsufficientResources = "InsufficientResources";
}
