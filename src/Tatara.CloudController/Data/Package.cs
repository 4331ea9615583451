namespace Tatara.CloudController.Data;

/// <summary>The source of an app as it was uploaded.</summary>
internal sealed class Package : LabelledEntity
{
    public required string AppGuid { get; set; }
    public string Type { get; set; } = "bits";
    public string State { get; set; } = PackageStates.AwaitingUpload;
    public string? Error { get; set; }
    public string? Sha1 { get; set; }
    public string? Sha256 { get; set; }
    public long? SizeBytes { get; set; }

    /// <summary>Of what is in it rather than of how it was packed; null until it is READY.</summary>
    public string? ContentDigest { get; set; }
}

internal static class PackageStates
{
    public const string AwaitingUpload = "AWAITING_UPLOAD";
    public const string ProcessingUpload = "PROCESSING_UPLOAD";
    public const string Ready = "READY";
    public const string Failed = "FAILED";
    public const string Copying = "COPYING";
    public const string Expired = "EXPIRED";
}
