namespace Tatara.CloudController.Blobs;

/// <summary>
/// The signed URLs that go into messages to DEAs. They fetch from the store itself where it can be reached; what they bring passes
/// through Cloud Controller (<see cref="InternalBlobEndpoints"/>), which checks it.
/// </summary>
internal sealed class BlobUrls(SignedUrls urls, IBlobstore blobs)
{
    public const string Root = "/internal/blobs";

    /// <summary>A message is acted on at once; staging brings its results within its own, shorter limit.</summary>
    public static readonly TimeSpan Valid = TimeSpan.FromHours(1);

    public string PackageDownload(string packageGuid) => Get($"{Root}/packages/{packageGuid}", BlobKeys.Package(packageGuid));

    public string DropletDownload(string dropletGuid) => Get($"{Root}/droplets/{dropletGuid}", BlobKeys.Droplet(dropletGuid));

    public string DropletUpload(string buildGuid) => Post($"{Root}/builds/{buildGuid}/droplet");

    public string BuildpackDownload(string key) => Get($"{Root}/buildpacks/{key}", BlobKeys.Buildpack(key));

    public string CacheDownload(string appGuid, string stack) => Get(CachePath(appGuid, stack), BlobKeys.BuildpackCache(appGuid, stack));

    public string CacheUpload(string appGuid, string stack) => Post(CachePath(appGuid, stack));

    private static string CachePath(string appGuid, string stack) => $"{Root}/buildpack-caches/{appGuid}/{BlobKey.SafePart(stack)}";

    private string Get(string path, string key) => blobs.DownloadUrl(key, Valid)?.AbsoluteUri ?? urls.Create("GET", path, Valid);

    private string Post(string path) => urls.Create("POST", path, Valid);
}
