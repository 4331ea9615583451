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
        foreach (var buildpack in buildpacks)
        {
            var installed = await db.Buildpacks.AsNoTracking().Where(b => b.Name == buildpack).ToListAsync(cancellationToken);
            if (installed.Count > 0 && installed.TrueForAll(b => !b.Enabled))
                throw ApiErrors.Make(422, 290003, "BuildpackInvalid", $"Buildpack is invalid: Requested buildpack(s) '{buildpack}' are disabled and cannot be used for staging");
            if (installed.Count == 0 && !BuildpackNames.IsUrl(buildpack))
                throw ApiErrors.Unprocessable($"Buildpack \"{buildpack}\" must be an existing admin buildpack or a valid git URI");
        }
    }
}
