using System.Text.RegularExpressions;
using Tatara.Dea.Archives;
using Tatara.Protocol;

namespace Tatara.Dea.Staging;

/// <summary>A buildpack that a staging uses or tries: an installed one, or one from a URL that the container fetches.</summary>
/// <param name="Name">For people: a URL without its secrets.</param>
/// <param name="Url">As the app's owner gave it; null for an installed one.</param>
internal sealed partial record StagingBuildpack(string Name, string? Url, AdminBuildpack? Admin)
{
    /// <summary>Names its cache, and itself in answers. Holds no secrets.</summary>
    public string Key => Admin?.Key ?? Name;

    /// <summary>Keeps an installed one on this machine meanwhile.</summary>
    public LayerCache.Lease? Lease { get; set; }

    /// <summary>Those the app asks for, in order; all installed ones for its stack when it asks for none.</summary>
    public static IReadOnlyList<StagingBuildpack> Choose(StagingStartMessage message, IReadOnlyList<string> wanted)
    {
        if (wanted.Count > 0) return [.. wanted.Select(w => Find(message, w))];
        return [.. message.AdminBuildpacks
            .Where(b => b.Stack is null || message.Stack is null || b.Stack == message.Stack)
            .Select(b => new StagingBuildpack(b.Name, null, b))];
    }

    private static StagingBuildpack Find(StagingStartMessage message, string wanted)
    {
        var admin = FindInstalled(message, wanted);
        if (admin is not null) return new StagingBuildpack(admin.Name, null, admin);
        if (!IsUrl(wanted)) throw new StagingException(StagingErrors.StagingError, $"The buildpack '{Hide(wanted)}' is neither installed nor a URL of http, https or git.");
        return new StagingBuildpack(Hide(wanted), wanted, null);
    }

    public static AdminBuildpack? FindInstalled(StagingStartMessage message, string wanted) =>
        message.AdminBuildpacks.FirstOrDefault(b => b.Key == wanted || b.Name == wanted);

    public static bool IsUrl(string text) => FetchableUrl().IsMatch(text);

    /// <summary>Login and query of a URL can be secrets.</summary>
    internal static string Hide(string url) => Query().Replace(Login().Replace(url, "://***@"), "?***");

    [GeneratedRegex(@"^(https?|git)://[^\s\p{C}/]+/[^\s\p{C}]*\z", RegexOptions.IgnoreCase)]
    private static partial Regex FetchableUrl();

    [GeneratedRegex("://[^/]*@")]
    private static partial Regex Login();

    [GeneratedRegex(@"\?[^#]*")]
    private static partial Regex Query();
}
