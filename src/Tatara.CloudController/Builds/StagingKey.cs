using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tatara.Protocol;

namespace Tatara.CloudController.Builds;

/// <summary>
/// One hash over all that decides what staging makes: the app's files, and everything a stager is told (buildpacks with their
/// hashes and order, stack, environment, services, limits) but for what is new each time. Whatever is added to the message counts
/// by itself. The program's own version is part of it, because an upgraded one may stage in another way.
/// </summary>
internal static class StagingKey
{
    /// <summary>Null when nobody can say that the next staging makes the same: a buildpack comes from a URL, whose content may change.</summary>
    public static string? Of(StagingStartMessage message, string? contentDigest)
    {
        var installed = message.AdminBuildpacks.Select(b => b.Key).ToHashSet(StringComparer.Ordinal);
        if (contentDigest is null || !message.Properties.Buildpacks.All(installed.Contains)) return null;
        var lasting = message with
        {
            DownloadUri = "",
            UploadUri = "",
            BuildpackCacheDownloadUri = "",
            BuildpackCacheUploadUri = "",
            AdminBuildpacks = [.. message.AdminBuildpacks.Select(b => b with { Url = "" })],
        };
        var json = JsonSerializer.Serialize(lasting, ProtocolJson.Default.StagingStartMessage).Replace(message.TaskId, "", StringComparison.Ordinal);
        var program = typeof(StagingKey).Module.ModuleVersionId;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{program}\n{contentDigest}\n{json}")));
    }
}
