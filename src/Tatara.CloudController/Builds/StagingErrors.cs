namespace Tatara.CloudController.Builds;

/// <summary>Cloud Foundry's reasons for a failed build, and its words for them.</summary>
internal static class StagingErrors
{
    public const string StagingError = "StagingError";
    public const string StagingTimeExpired = "StagingTimeExpired";
    public const string InsufficientResources = "InsufficientResources";

    private const int MaxDetail = 2000;

    /// <summary>"NoAppDetectedError - An app was not successfully detected by any available buildpack" and the like.</summary>
    /// <param name="id">As the DEA says it; one that Cloud Foundry does not know becomes StagingError.</param>
    /// <param name="detail">Used by the errors whose text leaves room for one.</param>
    public static (string Id, string Error) Describe(string? id, string? detail)
    {
        var known = id is "NoAppDetectedError" or "BuildpackCompileFailed" or "BuildpackReleaseFailed" or StagingTimeExpired
            or InsufficientResources or "NoCompatibleCell" or "StagerError" ? id : StagingError;
        var shown = string.IsNullOrWhiteSpace(detail) ? "staging failed" : detail.Length <= MaxDetail ? detail : detail[..MaxDetail];
        var text = known switch
        {
            "NoAppDetectedError" => "An app was not successfully detected by any available buildpack",
            "BuildpackCompileFailed" => "App staging failed in the buildpack compile phase",
            "BuildpackReleaseFailed" => "App staging failed in the buildpack release phase",
            StagingTimeExpired => "Staging time expired: " + shown,
            InsufficientResources => string.IsNullOrWhiteSpace(detail) ? "Insufficient resources" : "Insufficient resources: " + shown,
            "NoCompatibleCell" => "Found no compatible cell",
            "StagerError" => "Stager error: " + shown,
            _ => "Staging error: " + shown,
        };
        return (known, $"{known} - {text}");
    }
}
