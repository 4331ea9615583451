namespace Tatara.CloudController.Blobs;

/// <summary>The one place that knows what lies where in the blobstore.</summary>
internal static class BlobKeys
{
    public const string Uploads = "uploads";

    /// <summary>Bits as a user sent them, until they are checked.</summary>
    public static string Upload(string guid) => $"{Uploads}/{guid}";

    public static string Package(string guid) => $"packages/{Shard(guid)}/{guid}";

    public static string Droplet(string guid) => $"droplets/{Shard(guid)}/{guid}";

    public static string Buildpack(string key) => $"buildpacks/{key}";

    public static string BuildpackCache(string appGuid, string stack) => $"{BuildpackCaches(appGuid)}/{BlobKey.SafePart(stack)}";

    public static string BuildpackCaches(string appGuid) => $"{AllBuildpackCaches}/{appGuid}";

    public const string AllBuildpackCaches = "buildpack-caches";

    /// <summary>A folder with a million entries is slow to list: two levels of 256 each keep them small.</summary>
    private static string Shard(string name) => name.Length < 4 ? "short" : $"{name[..2]}/{name[2..4]}";
}
