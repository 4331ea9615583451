using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;

namespace Tatara.CloudController.RouterGroups;

/// <summary>/routing/v1/router_groups: the one part of Cloud Foundry's routing API that clients call.</summary>
internal sealed class RouterGroupEndpoints(CloudControllerOptions options)
{
    public const string Type = "tcp";

    /// <summary>Whoever may make shared domains has to know them; the rest may as well, as they show in every domain.</summary>
    public Task<IResult> ListAsync(ApiCall call)
    {
        call.AllowQuery("name");
        var name = call.Http.Request.Query["name"].ToString();
        return Task.FromResult(Answer.Ok(options.RouterGroups
            .Where(g => name.Length == 0 || g.Name == name)
            .Select(g => new { Guid = g.Id, g.Name, Type, ReservablePorts = g.Ports.ToString() })
            .ToArray()));
    }
}

internal static class RouterGroupFeature
{
    public static void AddRouterGroups(this IServiceCollection services) => services.AddScoped<RoutePorts>().AddEndpoints<RouterGroupEndpoints>();

    public static void MapRouterGroups(this IEndpointRouteBuilder routes) => routes.Endpoints<RouterGroupEndpoints>()
        .Get("/routing/v1/router_groups", (e, call) => e.ListAsync(call));
}
