using System.Text.Json.Nodes;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Api;

internal sealed partial class CloudController
{
    /// <param name="fields">What beside its name and space makes it up.</param>
    public Task CreateUserProvidedServiceAsync(string name, string spaceGuid, JsonObject fields, CancellationToken stop)
    {
        fields["type"] = "user-provided";
        fields["name"] = name;
        fields["relationships"] = new JsonObject { ["space"] = ToOneNode(spaceGuid) };
        return SucceedAsync(Json(HttpMethod.Post, "/v3/service_instances", fields), stop);
    }

    public Task<List<ServiceInstance>> ListServiceInstancesAsync(string spaceGuid, CancellationToken stop) =>
        ListAsync($"/v3/service_instances?space_guids={spaceGuid}&order_by=name", CliJson.Default.ServiceInstancePage, stop);

    public async Task<ServiceInstance?> TryFindServiceInstanceAsync(string name, string spaceGuid, CancellationToken stop) =>
        (await ListAsync($"/v3/service_instances?names={Filter(name)}&space_guids={spaceGuid}", CliJson.Default.ServiceInstancePage, stop)).FirstOrDefault();

    /// <exception cref="CfException">There is none of that name in the space.</exception>
    public async Task<ServiceInstance> FindServiceInstanceAsync(string name, string spaceGuid, CancellationToken stop) =>
        await TryFindServiceInstanceAsync(name, spaceGuid, stop) ?? throw new NotFoundException($"Service instance '{name}' not found.");

    public Task DeleteServiceInstanceAsync(string guid, CancellationToken stop) =>
        RunJobAsync(new ApiRequest(HttpMethod.Delete, Address($"/v3/service_instances/{guid}")), stop);

    public Task BindRouteAsync(string routeGuid, string serviceGuid, CancellationToken stop) => RunJobAsync(Json(HttpMethod.Post, "/v3/service_route_bindings", new JsonObject
    {
        ["relationships"] = new JsonObject { ["service_instance"] = ToOneNode(serviceGuid), ["route"] = ToOneNode(routeGuid) },
    }), stop);

    public async Task<RouteBinding?> TryFindRouteBindingAsync(string routeGuid, string serviceGuid, CancellationToken stop) =>
        (await ListAsync($"/v3/service_route_bindings?route_guids={routeGuid}&service_instance_guids={serviceGuid}", CliJson.Default.RouteBindingPage, stop)).FirstOrDefault();

    public Task UnbindRouteAsync(string bindingGuid, CancellationToken stop) =>
        RunJobAsync(new ApiRequest(HttpMethod.Delete, Address($"/v3/service_route_bindings/{bindingGuid}")), stop);
}
