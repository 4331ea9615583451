namespace Tatara.CloudController.Blobs;

/// <summary>The signed URLs that go into messages to DEAs. Paths are those of <see cref="InternalBlobEndpoints"/>.</summary>
internal sealed class BlobUrls(SignedUrls urls)
{
    public const string Root = "/internal/blobs";

    /// <summary>A message is acted on at once; staging brings its results within its own, shorter limit.</summary>
    private static readonly TimeSpan Valid = TimeSpan.FromHours(1);

    public string PackageDownload(string packageGuid) => Get($"{Root}/packages/{packageGuid}");

    public string DropletDownload(string dropletGuid) => Get($"{Root}/droplets/{dropletGuid}");

    public string DropletUpload(string buildGuid) => Post($"{Root}/builds/{buildGuid}/droplet");

    public string BuildpackDownload(string key) => Get($"{Root}/buildpacks/{key}");

    public string CacheDownload(string appGuid, string stack) => Get(CachePath(appGuid, stack));

    public string CacheUpload(string appGuid, string stack) => Post(CachePath(appGuid, stack));

    private static string CachePath(string appGuid, string stack) => $"{Root}/buildpack-caches/{appGuid}/{BlobKey.SafePart(stack)}";

    private string Get(string path) => urls.Create("GET", path, Valid);

    private string Post(string path) => urls.Create("POST", path, Valid);
}
