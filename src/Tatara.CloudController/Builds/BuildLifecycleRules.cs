using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Builds;

/// <summary>Checks that the buildpacks and the stack of a build exist.</summary>
internal sealed class BuildLifecycleRules(CloudControllerDbContext db, CloudControllerOptions options)
{
    private static readonly string[] s_schemes = ["http", "https", "git", "ssh"];

    /// <summary>The stack by its own name, when an alias was given.</summary>
    public async Task<string> StackAsync(string? name, CancellationToken cancellationToken)
    {
        var wanted = name ?? options.DefaultStack;
        if (await db.Stacks.AnyAsync(s => s.Name == wanted, cancellationToken)) return wanted;
        if (options.StackAliases.TryGetValue(wanted, out var real) && await db.Stacks.AnyAsync(s => s.Name == real, cancellationToken)) return real;
        throw ApiErrors.Unprocessable("Stack must be an existing stack");
    }

    public async Task CheckBuildpacksAsync(IReadOnlyList<string> buildpacks, CancellationToken cancellationToken)
    {
        foreach (var buildpack in buildpacks)
        {
            var installed = await db.Buildpacks.AsNoTracking().Where(b => b.Name == buildpack).ToListAsync(cancellationToken);
            if (installed.Count > 0 && installed.TrueForAll(b => !b.Enabled))
                throw ApiErrors.Make(422, 290003, "BuildpackInvalid", $"Buildpack is invalid: Requested buildpack(s) '{buildpack}' are disabled and cannot be used for staging");
            if (installed.Count == 0 && !IsUrl(buildpack))
                throw ApiErrors.Unprocessable($"Buildpack \"{buildpack}\" must be an existing admin buildpack or a valid git URI");
        }
    }

    /// <summary>An http, https, git or ssh URL, or the short form of ssh: git@host:path.</summary>
    private static bool IsUrl(string text) =>
        (Uri.TryCreate(text, UriKind.Absolute, out var uri) && s_schemes.Contains(uri.Scheme) && uri.Host.Length > 0)
        || (text.StartsWith("git@", StringComparison.Ordinal) && text.IndexOf(':', StringComparison.Ordinal) is > 4 && !text.Any(char.IsWhiteSpace));
}
