using System.Text.RegularExpressions;
using Tatara.Dea.Archives;
using Tatara.Protocol;

namespace Tatara.Dea.Staging;

/// <summary>A buildpack that a staging uses or tries: an installed one, or one from a URL that the container fetches.</summary>
/// <param name="Name">For people: without credentials.</param>
/// <param name="Source">The installed one's key, or the URL as the app's owner gave it.</param>
internal sealed partial record StagingBuildpack(string Name, string Source, AdminBuildpack? Admin)
{
    /// <summary>Keeps an installed one on this machine meanwhile.</summary>
    public LayerCache.Lease? Lease { get; set; }

    /// <summary>Those the app asks for, in order; all installed ones for its stack when it asks for none.</summary>
    public static IReadOnlyList<StagingBuildpack> Choose(StagingStartMessage message)
    {
        var wanted = message.Properties.Buildpacks;
        if (wanted.Count > 0) return [.. wanted.Select(w => Find(message, w))];
        return [.. message.AdminBuildpacks
            .Where(b => b.Stack is null || message.Stack is null || b.Stack == message.Stack)
            .Select(b => new StagingBuildpack(b.Name, b.Key, b))];
    }

    private static StagingBuildpack Find(StagingStartMessage message, string wanted)
    {
        var admin = message.AdminBuildpacks.FirstOrDefault(b => b.Key == wanted || b.Name == wanted);
        if (admin is not null) return new StagingBuildpack(admin.Name, admin.Key, admin);
        if (!wanted.Contains("://", StringComparison.Ordinal))
            throw new StagingException(StagingErrors.StagingError, $"The buildpack '{wanted}' is neither installed nor a URL.");
        return new StagingBuildpack(Credentials().Replace(wanted, "://***@"), wanted, null);
    }

    [GeneratedRegex("://[^/@]*@")]
    private static partial Regex Credentials();
}
