using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Tatara.Protocol;

namespace Tatara.CloudController.Data;

/// <summary>The database of Cloud Controller. Queries stay free of anything one database alone can do.</summary>
internal sealed class CloudControllerDbContext(DbContextOptions<CloudControllerDbContext> options, TimeProvider time) : DbContext(options)
{
    public DbSet<App> Apps => Set<App>();
    public DbSet<Process> Processes => Set<Process>();
    public DbSet<Package> Packages => Set<Package>();
    public DbSet<KnownFile> KnownFiles => Set<KnownFile>();
    public DbSet<Build> Builds => Set<Build>();
    public DbSet<Droplet> Droplets => Set<Droplet>();
    public DbSet<Route> Routes => Set<Route>();
    public DbSet<RouteDestination> RouteDestinations => Set<RouteDestination>();
    public DbSet<Domain> Domains => Set<Domain>();
    public DbSet<DomainShare> DomainShares => Set<DomainShare>();
    public DbSet<Organization> Organizations => Set<Organization>();
    public DbSet<Space> Spaces => Set<Space>();
    public DbSet<User> Users => Set<User>();
    public DbSet<RoleAssignment> Roles => Set<RoleAssignment>();
    public DbSet<OrganizationQuota> OrganizationQuotas => Set<OrganizationQuota>();
    public DbSet<SpaceQuota> SpaceQuotas => Set<SpaceQuota>();
    public DbSet<Buildpack> Buildpacks => Set<Buildpack>();
    public DbSet<Stack> Stacks => Set<Stack>();
    public DbSet<Job> Jobs => Set<Job>();
    public DbSet<AuditEvent> AuditEvents => Set<AuditEvent>();
    public DbSet<FeatureFlag> FeatureFlags => Set<FeatureFlag>();
    public DbSet<EnvironmentVariableGroup> EnvironmentVariableGroups => Set<EnvironmentVariableGroup>();
    public DbSet<Sidecar> Sidecars => Set<Sidecar>();
    public DbSet<SecurityGroup> SecurityGroups => Set<SecurityGroup>();
    public DbSet<SecurityGroupBinding> SecurityGroupBindings => Set<SecurityGroupBinding>();
    public DbSet<NetworkPolicy> NetworkPolicies => Set<NetworkPolicy>();
    public DbSet<ServiceInstance> ServiceInstances => Set<ServiceInstance>();
    public DbSet<RouteBinding> RouteBindings => Set<RouteBinding>();
    public DbSet<LabelRow> Labels => Set<LabelRow>();

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        Stamp();
        await IndexLabelsAsync(cancellationToken);
        return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Use SaveChangesAsync.");

    protected override void ConfigureConventions(ModelConfigurationBuilder configuration)
    {
        // Microseconds in a number compare and sort the same way in every database.
        configuration.Properties<DateTimeOffset>().HaveConversion<InstantConverter>();
        configuration.Properties<IReadOnlyDictionary<string, string?>>()
            .HaveConversion<JsonConverter<IReadOnlyDictionary<string, string?>>, JsonComparer<IReadOnlyDictionary<string, string?>>>();
        configuration.Properties<IReadOnlyList<string>>()
            .HaveConversion<JsonConverter<IReadOnlyList<string>>, JsonComparer<IReadOnlyList<string>>>();
        configuration.Properties<IReadOnlyList<SecurityRule>>()
            .HaveConversion<JsonConverter<IReadOnlyList<SecurityRule>>, JsonComparer<IReadOnlyList<SecurityRule>>>();
        configuration.Properties<IReadOnlyList<DropletBuildpack>>()
            .HaveConversion<JsonConverter<IReadOnlyList<DropletBuildpack>>, JsonComparer<IReadOnlyList<DropletBuildpack>>>();
        configuration.Properties<IReadOnlyList<SidecarSpec>>()
            .HaveConversion<JsonConverter<IReadOnlyList<SidecarSpec>>, JsonComparer<IReadOnlyList<SidecarSpec>>>();
        configuration.Properties<IReadOnlyDictionary<string, int>>()
            .HaveConversion<JsonConverter<IReadOnlyDictionary<string, int>>, JsonComparer<IReadOnlyDictionary<string, int>>>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) => Schema.Define(modelBuilder, Database.ProviderName);

    private void Stamp()
    {
        var now = time.GetUtcNow();
        foreach (var entry in ChangeTracker.Entries<Entity>())
        {
            if (entry.State == EntityState.Added)
            {
                if (entry.Entity.CreatedAt == default) entry.Entity.CreatedAt = now;
                entry.Entity.UpdatedAt = now;
            }
            else if (entry.State == EntityState.Modified)
            {
                entry.Entity.UpdatedAt = now;
            }
        }
    }

    private async Task IndexLabelsAsync(CancellationToken cancellationToken)
    {
        var changed = ChangeTracker.Entries<LabelledEntity>()
            .Where(e => e.State switch
            {
                EntityState.Added => e.Entity.Labels.Count > 0,
                EntityState.Modified => e.Property(x => x.Labels).IsModified,
                EntityState.Deleted => e.Entity.Labels.Count > 0,
                _ => false,
            })
            .ToList();
        foreach (var entry in changed)
        {
            var guid = entry.Entity.Guid;
            if (entry.State != EntityState.Added)
                Labels.RemoveRange(await Labels.Where(l => l.ResourceGuid == guid).ToListAsync(cancellationToken));
            if (entry.State != EntityState.Deleted)
                Labels.AddRange(entry.Entity.Labels.Select(l => new LabelRow { ResourceGuid = guid, Key = l.Key, Value = l.Value }));
        }
    }

    private sealed class InstantConverter() : ValueConverter<DateTimeOffset, long>(
        t => (t.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond,
        n => new DateTimeOffset(DateTimeOffset.UnixEpoch.UtcTicks + n * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero));

    private sealed class JsonConverter<T>() : ValueConverter<T, string>(
        v => JsonSerializer.Serialize(v, JsonSerializerOptions.Default),
        s => JsonSerializer.Deserialize<T>(s, JsonSerializerOptions.Default)!);

    private sealed class JsonComparer<T>() : ValueComparer<T>(
        (a, b) => JsonSerializer.Serialize(a, JsonSerializerOptions.Default) == JsonSerializer.Serialize(b, JsonSerializerOptions.Default),
        v => JsonSerializer.Serialize(v, JsonSerializerOptions.Default).GetHashCode(StringComparison.Ordinal),
        v => v);
}
