namespace Tatara.CloudController.Blobs.S3;

/// <summary>A bucket of Amazon S3 or of anything that speaks its protocol.</summary>
public sealed record S3Options
{
    private const int MaxPrefixLength = 200;

    /// <summary>How Cloud Controllers and DEAs reach the store: https://s3.eu-central-1.amazonaws.com, or http://10.0.0.9:9000.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Part of each signature. Stores that have no regions take us-east-1.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>It must exist already.</summary>
    public required string Bucket { get; init; }

    /// <summary>What all keys begin with, so that several platforms may share a bucket; empty: nothing.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Whether the bucket is the first part of the path (most stores of one's own) instead of a part of the host name (Amazon).</summary>
    public bool PathStyle { get; init; }

    /// <summary>Who the platform is at the store.</summary>
    public required string AccessKey { get; init; }

    /// <summary>What it signs requests with.</summary>
    public required string SecretKey { get; init; }

    /// <summary>Whether users who download are sent to the store. Without it the bits pass through the API: for a store that users cannot reach.</summary>
    public bool RedirectDownloads { get; init; } = true;

    /// <summary>How users reach the store, when that is not the endpoint.</summary>
    public Uri? PublicEndpoint { get; init; }

    /// <summary>How long the store may stay silent: then it counts as away.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Which blobs these are, however the store is reached.</summary>
    public string Place => $"s3://{Bucket}/{Prefix}";

    /// <summary>What people are told.</summary>
    public string Name => $"{Place} at {Endpoint.GetLeftPart(UriPartial.Authority)}";

    /// <summary>The name: nobody shall read the secret in a log.</summary>
    public override string ToString() => Name;

    /// <summary>Throws an <see cref="ArgumentException"/> that says in a sentence what is wrong.</summary>
    public void Validate()
    {
        RequireEndpoint(Endpoint, "endpoint");
        if (PublicEndpoint is not null) RequireEndpoint(PublicEndpoint, "public endpoint");
        Require(Bucket.Length is >= 3 and <= 63 && Bucket.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'),
            "A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens.");
        Require(Prefix.Length == 0 || (Prefix.Length <= MaxPrefixLength && BlobKey.IsValid(Prefix)),
            $"A prefix has up to {MaxPrefixLength} letters, digits and .-_, with single slashes between, and none at its ends.");
        Require(Region.Length > 0 && Region.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'), "A region has letters, digits and hyphens.");
        Require(IsKey(AccessKey), "The access key is missing, or has spaces or control characters.");
        Require(IsKey(SecretKey), "The secret key is missing, or has spaces or control characters.");
        Require(Patience > TimeSpan.Zero, "The patience with the store must be positive.");
    }

    private static void RequireEndpoint(Uri endpoint, string what) => Require(
        endpoint.IsAbsoluteUri && endpoint.Scheme is "https" or "http" && endpoint.AbsolutePath == "/" && endpoint.Query.Length == 0 && endpoint.UserInfo.Length == 0,
        $"The {what} must be like https://s3.example.com, without a path and without names or passwords.");

    private static bool IsKey(string key) => key.Length > 0 && key.All(c => c is > ' ' and < '\x7f');

    private static void Require(bool condition, string sentence)
    {
        if (!condition) throw new ArgumentException(sentence);
    }
}
