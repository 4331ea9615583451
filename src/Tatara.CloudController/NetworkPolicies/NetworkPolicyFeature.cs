using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;

namespace Tatara.CloudController.NetworkPolicies;

internal static class NetworkPolicyFeature
{
    public static void AddNetworkPolicies(this IServiceCollection services) => services
        .AddSingleton<NetworkNews>()
        .AddScoped<NetworkRulesReader>()
        .AddHostedService<NetworkRulesListener>()
        .AddEndpoints<NetworkPolicyEndpoints>();

    public static void MapNetworkPolicies(this IEndpointRouteBuilder routes) => routes.Endpoints<NetworkPolicyEndpoints>()
        .Get("/networking/v1/external/policies", (e, call) => e.ListAsync(call))
        .Post("/networking/v1/external/policies", (e, call) => e.CreateAsync(call))
        .Post("/networking/v1/external/policies/delete", (e, call) => e.DeleteAsync(call));
}
