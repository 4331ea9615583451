using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;

namespace Tatara.CloudController.Bulk;

internal static class BulkFeature
{
    public static void AddBulk(this IServiceCollection services) => services.AddEndpoints<BulkEndpoints>();

    public static void MapBulk(this IEndpointRouteBuilder routes) => routes.Endpoints<BulkEndpoints>()
        .Anonymous("GET", "/bulk/apps", (e, call) => e.GetAsync(call))
        .Anonymous("GET", "/bulk/route_hosts", (e, call) => e.GetRouteHostsAsync(call));
}
