using System.Text.RegularExpressions;

namespace Tatara.CloudController.Apps;

/// <summary>What may stand where an app names a buildpack: an installed one's name or a URL.</summary>
internal static partial class BuildpackNames
{
    private static readonly string[] s_schemes = ["http", "https", "git", "ssh"];

    public static bool IsUrl(string buildpack) =>
        (Uri.TryCreate(buildpack, UriKind.Absolute, out var uri) && s_schemes.Contains(uri.Scheme) && uri.Host.Length > 0) || ScpLike().IsMatch(buildpack);

    public static string HideCredentials(string buildpack) =>
        Uri.TryCreate(buildpack, UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0
            ? buildpack.Replace(uri.UserInfo + "@", "***:***@", StringComparison.Ordinal)
            : buildpack;

    [GeneratedRegex(@"^git@[\w.\-]+:[\w.\-~/]+$")]
    private static partial Regex ScpLike();
}
