using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Absent;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Buildpacks;
using Tatara.CloudController.Domains;
using Tatara.CloudController.Environments;
using Tatara.CloudController.Events;
using Tatara.CloudController.FeatureFlags;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Manifests;
using Tatara.CloudController.NetworkPolicies;
using Tatara.CloudController.Organizations;
using Tatara.CloudController.Processes;
using Tatara.CloudController.Quotas;
using Tatara.CloudController.Roles;
using Tatara.CloudController.Root;
using Tatara.CloudController.RouterGroups;
using Tatara.CloudController.Routes;
using Tatara.CloudController.SecurityGroups;
using Tatara.CloudController.Services;
using Tatara.CloudController.Sidecars;
using Tatara.CloudController.Spaces;
using Tatara.CloudController.Stacks;
using Tatara.CloudController.Users;

namespace Tatara.CloudController;

/// <summary>What the API offers apart from staging and running; a line per feature.</summary>
internal static class CoreFeatures
{
    public static void AddCoreFeatures(this IServiceCollection services)
    {
        services.AddRoot();
        services.AddJobs();
        services.AddEvents();
        services.AddFeatureFlags();
        services.AddEnvironmentGroups();
        services.AddQuotas();
        services.AddOrganizations();
        services.AddSpaces();
        services.AddUsers();
        services.AddRoles();
        services.AddDomains();
        services.AddStacks();
        services.AddBuildpacks();
        services.AddApps();
        services.AddProcesses();
        services.AddSidecars();
        services.AddRouterGroups();
        services.AddRoutes();
        services.AddManifests();
        services.AddSecurityGroups();
        services.AddNetworkPolicies();
        services.AddServices();
        services.AddAbsent();
    }

    public static void MapCoreFeatures(this IEndpointRouteBuilder routes)
    {
        routes.MapRoot();
        routes.MapJobs();
        routes.MapEvents();
        routes.MapFeatureFlags();
        routes.MapEnvironmentGroups();
        routes.MapQuotas();
        routes.MapOrganizations();
        routes.MapSpaces();
        routes.MapUsers();
        routes.MapRoles();
        routes.MapDomains();
        routes.MapStacks();
        routes.MapBuildpacks();
        routes.MapApps();
        routes.MapProcesses();
        routes.MapSidecars();
        routes.MapRouterGroups();
        routes.MapRoutes();
        routes.MapManifests();
        routes.MapSecurityGroups();
        routes.MapNetworkPolicies();
        routes.MapServices();
        routes.MapAbsent();
    }
}
