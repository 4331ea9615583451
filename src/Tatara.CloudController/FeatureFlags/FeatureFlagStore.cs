using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.FeatureFlags;

/// <summary>The flags that there are, with their values: what an administrator set, or the default.</summary>
internal sealed class FeatureFlagStore(CloudControllerDbContext db)
{
    private static readonly Dictionary<string, bool> s_defaults = new()
    {
        ["app_bits_upload"] = true,
        ["app_scaling"] = true,
        ["diego_docker"] = false,
        ["diego_cnb"] = false,
        ["env_var_visibility"] = true,
        ["hide_marketplace_from_unauthenticated_users"] = false,
        ["private_domain_creation"] = true,
        ["resource_matching"] = true,
        ["route_creation"] = true,
        ["route_sharing"] = false,
        ["service_instance_creation"] = true,
        ["service_instance_sharing"] = false,
        ["set_roles_by_username"] = true,
        ["space_developer_env_var_visibility"] = true,
        ["space_scoped_private_broker_creation"] = true,
        ["task_creation"] = true,
        ["unset_roles_by_username"] = true,
        ["user_org_creation"] = false,
    };

    public static IEnumerable<string> Names => s_defaults.Keys.Order(StringComparer.Ordinal);

    public static bool Exists(string name) => s_defaults.ContainsKey(name);

    public static FeatureFlag Default(string name) => new() { Name = name, Enabled = s_defaults[name] };

    public async Task<bool> IsEnabledAsync(string name, CancellationToken cancellationToken) =>
        (await FindAsync(name, cancellationToken))?.Enabled ?? s_defaults[name];

    /// <summary>The row of a flag; null while nobody set it.</summary>
    public Task<FeatureFlag?> FindAsync(string name, CancellationToken cancellationToken) =>
        db.FeatureFlags.SingleOrDefaultAsync(f => f.Name == name, cancellationToken);
}
