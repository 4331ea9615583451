using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Environments;

namespace Tatara.CloudController.Instances;

/// <summary>What an app's containers are told about where they belong, staging and running alike.</summary>
/// <param name="GroupVariables">Of the environment variable group "running" or "staging".</param>
internal sealed record AppSurroundings(App App, Space Space, Organization Organization, IReadOnlyDictionary<string, string?> GroupVariables)
{
    public static async Task<AppSurroundings> ReadAsync(CloudControllerDbContext db, App app, string group, CancellationToken cancellationToken)
    {
        var space = await db.Spaces.AsNoTracking().SingleAsync(s => s.Guid == app.SpaceGuid, cancellationToken);
        var organization = await db.Organizations.AsNoTracking().SingleAsync(o => o.Guid == space.OrganizationGuid, cancellationToken);
        return new AppSurroundings(app, space, organization, await db.VariablesAsync(group, cancellationToken));
    }

    /// <summary>K=V strings: the app's own variables win over the group's, and these over the droplet's.</summary>
    public IReadOnlyList<string> Environment(Droplet? droplet = null)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in (droplet?.EnvironmentDefaults ?? new Dictionary<string, string?>()).Concat(GroupVariables).Concat(App.EnvironmentVariables))
            if (value is not null) all[name] = value;
        return [.. all.Select(v => $"{v.Key}={v.Value}")];
    }
}
