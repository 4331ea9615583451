using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.Database.Leases;

namespace Tatara.CloudController.Bulk;

internal static class BulkFeature
{
    public static void AddBulk(this IServiceCollection services) => services
        .AddSingleton<BulkAccess>()
        .AddSingleton<LeaseStore>()
        .AddEndpoints<BulkEndpoints>()
        .AddEndpoints<LeaseEndpoints>();

    public static void MapBulk(this IEndpointRouteBuilder routes)
    {
        routes.Endpoints<BulkEndpoints>()
            .Anonymous("GET", "/bulk/apps", (e, call) => e.GetAsync(call))
            .Anonymous("GET", "/bulk/route_hosts", (e, call) => e.GetRouteHostsAsync(call));
        routes.Endpoints<LeaseEndpoints>()
            .Anonymous("POST", "/bulk/leases/{name}", (e, call) => e.TakeAsync(call))
            .Anonymous("DELETE", "/bulk/leases/{name}", (e, call) => e.ReleaseAsync(call));
    }
}
