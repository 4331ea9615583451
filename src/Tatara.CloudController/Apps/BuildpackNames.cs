using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Apps;

/// <summary>What may stand where an app names a buildpack: an installed one's name or a URL.</summary>
internal static partial class BuildpackNames
{
    private static readonly string[] s_schemes = ["http", "https", "git"];

    public static bool IsUrl(string buildpack) =>
        Uri.TryCreate(buildpack, UriKind.Absolute, out var uri) && s_schemes.Contains(uri.Scheme) && uri.Host.Length > 0 && !buildpack.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));

    /// <summary>A URL's login and its query, which may be a signature, are for nobody else's eyes.</summary>
    public static string HideCredentials(string buildpack)
    {
        // Of what is no URL the end of the login is anyone's guess.
        var hidden = Uri.TryCreate(buildpack, UriKind.Absolute, out _) ? Login().Replace(buildpack, "://***:***@") : Anything().Replace(buildpack, "://***:***@");
        return Query().Replace(hidden, "://$1?***");
    }

    public static async Task RequireKnownAsync(CloudControllerDbContext db, IEnumerable<string> buildpacks, CancellationToken cancellationToken)
    {
        foreach (var buildpack in buildpacks.Where(b => !IsUrl(b)))
        {
            if (await db.Buildpacks.AnyAsync(b => b.Name == buildpack, cancellationToken)) continue;
            throw ApiErrors.Unprocessable(Ssh().IsMatch(buildpack)
                ? $"Buildpack \"{buildpack}\" cannot be fetched: staging has no SSH key. Use its https URL."
                : $"Buildpack \"{HideCredentials(buildpack)}\" must be an existing admin buildpack or a valid git URI");
        }
    }

    [GeneratedRegex("://[^/]*@")]
    private static partial Regex Login();

    [GeneratedRegex("://.*@")]
    private static partial Regex Anything();

    [GeneratedRegex(@"://([^?#]*)\?[^#]*")]
    private static partial Regex Query();

    [GeneratedRegex(@"^(ssh://[^:]*|git@[^:]*:[^@]*)\z")]
    private static partial Regex Ssh();
}
