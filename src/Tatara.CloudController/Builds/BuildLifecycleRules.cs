using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Builds;

/// <summary>Checks that the buildpacks and the stack of a build exist.</summary>
internal sealed class BuildLifecycleRules(CloudControllerDbContext db, CloudControllerOptions options)
{
    /// <summary>The stack by its own name, when an alias was given.</summary>
    public async Task<string> StackAsync(string? name, CancellationToken cancellationToken)
    {
        var wanted = name ?? options.DefaultStack;
        var real = options.StackAliases.GetValueOrDefault(wanted, wanted);
        return await db.Stacks.AnyAsync(s => s.Name == real, cancellationToken) ? real : throw ApiErrors.Unprocessable("Stack must be an existing stack");
    }

    public async Task CheckBuildpacksAsync(IReadOnlyList<string> buildpacks, CancellationToken cancellationToken)
    {
        await BuildpackNames.RequireKnownAsync(db, buildpacks, cancellationToken);
        foreach (var buildpack in buildpacks)
        {
            var enabled = await db.Buildpacks.Where(b => b.Name == buildpack).Select(b => b.Enabled).ToListAsync(cancellationToken);
            if (enabled.Count > 0 && !enabled.Contains(true))
                throw ApiErrors.Make(422, 290003, "BuildpackInvalid", $"Buildpack is invalid: Requested buildpack(s) '{buildpack}' are disabled and cannot be used for staging");
        }
    }
}
