using System.Text.Json.Nodes;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Api;

internal sealed partial class CloudController
{
    /// <param name="routingEndpoint">Where the routing API is, as the root of the API says; empty: nowhere.</param>
    /// <exception cref="CfException">The platform has no TCP routing.</exception>
    public async Task<IReadOnlyList<RouterGroup>> ListRouterGroupsAsync(string routingEndpoint, CancellationToken stop)
    {
        if (!Uri.TryCreate(routingEndpoint.TrimEnd('/') + "/v1/router_groups", UriKind.Absolute, out var address))
            throw new CfException("This API endpoint names no routing API: there is no TCP routing here. If it was added meanwhile, 'cf api' asks again.");
        return ServerJson.Read((await SucceedAsync(new ApiRequest(HttpMethod.Get, address), stop)).Body, CliJson.Default.RouterGroups);
    }

    /// <param name="routerGroupGuid">Its routes are ports of this group; null: they are host names.</param>
    public Task CreateSharedDomainAsync(string name, bool isInternal, string? routerGroupGuid, CancellationToken stop)
    {
        var body = new JsonObject { ["name"] = name, ["internal"] = isInternal };
        if (routerGroupGuid is not null) body["router_group"] = new JsonObject { ["guid"] = routerGroupGuid };
        return SucceedAsync(Json(HttpMethod.Post, "/v3/domains", body), stop);
    }

    public Task CreatePrivateDomainAsync(string name, string organizationGuid, CancellationToken stop) =>
        SucceedAsync(Json(HttpMethod.Post, "/v3/domains", new JsonObject
        {
            ["name"] = name, ["relationships"] = new JsonObject { ["organization"] = ToOneNode(organizationGuid) },
        }), stop);

    public Task DeleteDomainAsync(string guid, CancellationToken stop) =>
        RunJobAsync(new ApiRequest(HttpMethod.Delete, Address($"/v3/domains/{guid}")), stop);
}
