using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Environments;

/// <summary>Variables that every app gets while it is staged, or while it runs.</summary>
internal static class EnvironmentGroups
{
    public const string Running = "running";
    public const string Staging = "staging";

    public static async Task<IReadOnlyDictionary<string, string?>> VariablesAsync(this CloudControllerDbContext db, string group, CancellationToken cancellationToken) =>
        (await db.EnvironmentVariableGroups.AsNoTracking().SingleOrDefaultAsync(g => g.Name == group, cancellationToken))?.Variables ?? new Dictionary<string, string?>();
}
