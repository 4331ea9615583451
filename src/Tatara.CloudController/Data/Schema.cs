using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Tatara.CloudController.Data;

/// <summary>Keys, indexes and what is deleted with what.</summary>
internal static class Schema
{
    private const string Sqlite = "Microsoft.EntityFrameworkCore.Sqlite";

    public static void Define(ModelBuilder model, string? provider)
    {
        foreach (var type in new[]
        {
            typeof(App), typeof(Process), typeof(Package), typeof(Build), typeof(Droplet), typeof(Route), typeof(RouteDestination),
            typeof(Domain), typeof(Organization), typeof(Space), typeof(User), typeof(RoleAssignment), typeof(OrganizationQuota),
            typeof(SpaceQuota), typeof(Buildpack), typeof(Stack), typeof(Job), typeof(AuditEvent), typeof(FeatureFlag),
            typeof(EnvironmentVariableGroup), typeof(Sidecar), typeof(SecurityGroup), typeof(SecurityGroupBinding), typeof(NetworkPolicy),
            typeof(ServiceInstance), typeof(RouteBinding),
        })
        {
            model.Entity(type).HasAlternateKey(nameof(Entity.Guid));
        }

        var app = model.Entity<App>();
        IgnoreCase(app.Property(a => a.Name), provider);
        app.HasIndex(a => new { a.SpaceGuid, a.Name }).IsUnique();
        BelongsTo<App, Space>(app, nameof(App.SpaceGuid));

        var process = model.Entity<Process>();
        process.HasIndex(p => new { p.AppGuid, p.Type }).IsUnique();
        BelongsTo<Process, App>(process, nameof(Process.AppGuid));

        var sidecar = model.Entity<Sidecar>();
        sidecar.HasIndex(s => new { s.AppGuid, s.Name }).IsUnique();
        BelongsTo<Sidecar, App>(sidecar, nameof(Sidecar.AppGuid));

        BelongsTo<Package, App>(model.Entity<Package>(), nameof(Package.AppGuid));
        var known = model.Entity<KnownFile>();
        known.HasKey(f => new { f.Sha1, f.Size });
        known.HasIndex(f => f.UsedAt);
        BelongsTo<KnownFile, Package>(known, nameof(KnownFile.PackageGuid));

        BelongsTo<Build, App>(model.Entity<Build>(), nameof(Build.AppGuid));
        model.Entity<Build>().HasIndex(b => b.State);
        BelongsTo<Droplet, App>(model.Entity<Droplet>(), nameof(Droplet.AppGuid));

        var route = model.Entity<Route>();
        route.HasIndex(r => new { r.DomainGuid, r.Host, r.Path, r.Port }).IsUnique();
        route.HasIndex(r => new { r.RouterGroupGuid, r.Port }).IsUnique();
        BelongsTo<Route, Space>(route, nameof(Route.SpaceGuid));
        BelongsTo<Route, Domain>(route, nameof(Route.DomainGuid));

        var destination = model.Entity<RouteDestination>();
        BelongsTo<RouteDestination, Route>(destination, nameof(RouteDestination.RouteGuid));
        BelongsTo<RouteDestination, App>(destination, nameof(RouteDestination.AppGuid));
        destination.HasIndex(d => new { d.RouteGuid, d.AppGuid, d.ProcessType, d.AppPort }).IsUnique();

        model.Entity<Domain>().HasIndex(d => d.Name).IsUnique();
        BelongsTo<Domain, Organization>(model.Entity<Domain>(), nameof(Domain.OrganizationGuid));
        model.Entity<DomainShare>().HasIndex(s => new { s.DomainGuid, s.OrganizationGuid }).IsUnique();
        BelongsTo<DomainShare, Domain>(model.Entity<DomainShare>(), nameof(DomainShare.DomainGuid));
        BelongsTo<DomainShare, Organization>(model.Entity<DomainShare>(), nameof(DomainShare.OrganizationGuid));

        var organization = model.Entity<Organization>();
        IgnoreCase(organization.Property(o => o.Name), provider);
        organization.HasIndex(o => o.Name).IsUnique();
        organization.HasIndex(o => o.QuotaGuid);

        var space = model.Entity<Space>();
        IgnoreCase(space.Property(s => s.Name), provider);
        space.HasIndex(s => new { s.OrganizationGuid, s.Name }).IsUnique();
        BelongsTo<Space, Organization>(space, nameof(Space.OrganizationGuid));

        var role = model.Entity<RoleAssignment>();
        BelongsTo<RoleAssignment, User>(role, nameof(RoleAssignment.UserGuid));
        BelongsTo<RoleAssignment, Organization>(role, nameof(RoleAssignment.OrganizationGuid));
        BelongsTo<RoleAssignment, Space>(role, nameof(RoleAssignment.SpaceGuid));

        model.Entity<OrganizationQuota>().HasIndex(q => q.Name).IsUnique();
        model.Entity<SpaceQuota>().HasIndex(q => new { q.OrganizationGuid, q.Name }).IsUnique();
        BelongsTo<SpaceQuota, Organization>(model.Entity<SpaceQuota>(), nameof(SpaceQuota.OrganizationGuid));

        model.Entity<SecurityGroup>().HasIndex(g => g.Name).IsUnique();
        var binding = model.Entity<SecurityGroupBinding>();
        BelongsTo<SecurityGroupBinding, SecurityGroup>(binding, nameof(SecurityGroupBinding.GroupGuid));
        BelongsTo<SecurityGroupBinding, Space>(binding, nameof(SecurityGroupBinding.SpaceGuid));
        binding.HasIndex(b => new { b.GroupGuid, b.SpaceGuid, b.Phase }).IsUnique();

        var policy = model.Entity<NetworkPolicy>();
        BelongsTo<NetworkPolicy, App>(policy, nameof(NetworkPolicy.SourceGuid));
        BelongsTo<NetworkPolicy, App>(policy, nameof(NetworkPolicy.DestinationGuid));
        policy.HasIndex(p => new { p.SourceGuid, p.DestinationGuid, p.Protocol, p.StartPort, p.EndPort }).IsUnique();

        var service = model.Entity<ServiceInstance>();
        service.HasIndex(i => new { i.SpaceGuid, i.Name }).IsUnique();
        BelongsTo<ServiceInstance, Space>(service, nameof(ServiceInstance.SpaceGuid));
        var routeBinding = model.Entity<RouteBinding>();
        routeBinding.HasIndex(b => b.RouteGuid).IsUnique();
        BelongsTo<RouteBinding, Route>(routeBinding, nameof(RouteBinding.RouteGuid));
        BelongsTo<RouteBinding, ServiceInstance>(routeBinding, nameof(RouteBinding.ServiceInstanceGuid));

        model.Entity<Buildpack>().HasIndex(b => new { b.Name, b.Stack }).IsUnique();
        model.Entity<Stack>().HasIndex(s => s.Name).IsUnique();
        model.Entity<Job>().HasIndex(j => j.State);
        model.Entity<AuditEvent>().HasIndex(e => e.TargetGuid);
        model.Entity<AuditEvent>().HasIndex(e => e.SpaceGuid);
        model.Entity<FeatureFlag>().HasIndex(f => f.Name).IsUnique();
        model.Entity<EnvironmentVariableGroup>().HasIndex(g => g.Name).IsUnique();
        model.Entity<LabelRow>().HasIndex(l => l.ResourceGuid);
        model.Entity<LabelRow>().HasIndex(l => new { l.Key, l.Value });
    }

    private static void BelongsTo<TChild, TParent>(EntityTypeBuilder<TChild> child, string property)
        where TChild : class
        where TParent : Entity =>
        child.HasOne<TParent>().WithMany().HasForeignKey(property).HasPrincipalKey(nameof(Entity.Guid)).OnDelete(DeleteBehavior.Cascade);

    /// <summary>"DORA" and "dora" are one name, as in Cloud Foundry.</summary>
    private static void IgnoreCase(PropertyBuilder<string> property, string? provider)
    {
        if (provider == Sqlite) property.UseCollation("NOCASE");
        else property.HasColumnType("citext");
    }
}
