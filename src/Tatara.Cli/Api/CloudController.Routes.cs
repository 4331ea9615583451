using System.Text.Json.Nodes;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Api;

internal sealed partial class CloudController
{
    public Task<List<Domain>> ListDomainsAsync(string organizationGuid, string? labels, CancellationToken stop) =>
        ListAsync($"/v3/organizations/{organizationGuid}/domains?" + Labels(labels), CliJson.Default.DomainPage, stop);

    public async Task<Domain?> TryFindDomainAsync(string name, CancellationToken stop) =>
        (await ListAsync($"/v3/domains?names={Filter(name)}", CliJson.Default.DomainPage, stop)).FirstOrDefault();

    /// <exception cref="CfException">There is none of that name.</exception>
    public async Task<Domain> FindDomainAsync(string name, CancellationToken stop) =>
        await TryFindDomainAsync(name, stop) ?? throw new NotFoundException($"Domain '{name}' not found.");

    /// <param name="scope">space or organization.</param>
    public Task<List<Route>> ListRoutesAsync(string scope, string scopeGuid, string? labels, CancellationToken stop) =>
        ListAsync($"/v3/routes?{scope}_guids={scopeGuid}" + Labels(labels), CliJson.Default.RoutePage, stop);

    public Task<List<Route>> ListRoutesOfAppAsync(string appGuid, CancellationToken stop) =>
        ListAsync($"/v3/apps/{appGuid}/routes", CliJson.Default.RoutePage, stop);

    public async Task<List<Route>> ListRoutesOfAppsAsync(IEnumerable<string> appGuids, CancellationToken stop)
    {
        var all = new List<Route>();
        foreach (var some in appGuids.Chunk(GuidsPerRequest))
            all.AddRange(await ListAsync($"/v3/routes?app_guids={Filter(some)}", CliJson.Default.RoutePage, stop));
        return all;
    }

    public async Task<Route?> TryFindRouteAsync(Domain domain, string host, string path, int? port, CancellationToken stop)
    {
        var query = $"/v3/routes?domain_guids={domain.Guid}&hosts={Filter(host)}&paths={Filter(path)}";
        if (domain.IsTcp) query += $"&ports={port ?? 0}";
        return (await ListAsync(query, CliJson.Default.RoutePage, stop)).FirstOrDefault();
    }

    public Task<Route> CreateRouteAsync(string spaceGuid, string domainGuid, string host, string path, int? port, JsonObject? options, CancellationToken stop)
    {
        var body = new JsonObject();
        if (host.Length > 0) body["host"] = host;
        if (path.Length > 0) body["path"] = path;
        if (port is not null) body["port"] = port;
        if (options is not null) body["options"] = options;
        body["relationships"] = new JsonObject { ["space"] = ToOneNode(spaceGuid), ["domain"] = ToOneNode(domainGuid) };
        return PostAsync("/v3/routes", body, CliJson.Default.Route, stop);
    }

    /// <param name="options">Null removes one.</param>
    public Task<Route> UpdateRouteAsync(string guid, JsonObject options, CancellationToken stop) =>
        WriteAsync(HttpMethod.Patch, $"/v3/routes/{guid}", new JsonObject { ["options"] = options }, CliJson.Default.Route, stop);

    public Task DeleteRouteAsync(string guid, CancellationToken stop) =>
        RunJobAsync(new ApiRequest(HttpMethod.Delete, Address($"/v3/routes/{guid}")), stop);

    public async Task<RouteDestination?> TryFindDestinationAsync(string routeGuid, string appGuid, CancellationToken stop) =>
        (await GetAsync($"/v3/routes/{routeGuid}/destinations", CliJson.Default.RouteDestinations, stop))
        .Destinations.FirstOrDefault(destination => destination.App.Guid == appGuid);

    public Task MapRouteAsync(string routeGuid, string appGuid, string? protocol, int? port, CancellationToken stop)
    {
        var destination = new JsonObject { ["app"] = new JsonObject { ["guid"] = appGuid } };
        if (protocol is not null) destination["protocol"] = protocol;
        if (port is not null) destination["port"] = port;
        return SucceedAsync(
            Json(HttpMethod.Post, $"/v3/routes/{routeGuid}/destinations", new JsonObject { ["destinations"] = new JsonArray(destination) }), stop);
    }

    public Task UnmapRouteAsync(string routeGuid, string destinationGuid, CancellationToken stop) =>
        SucceedAsync(new ApiRequest(HttpMethod.Delete, Address($"/v3/routes/{routeGuid}/destinations/{destinationGuid}")), stop);

    public Task<List<Buildpack>> ListBuildpacksAsync(string? labels, CancellationToken stop) =>
        ListAsync("/v3/buildpacks?order_by=position" + Labels(labels), CliJson.Default.BuildpackPage, stop);

    public Task<List<Stack>> ListStacksAsync(string? labels, CancellationToken stop) =>
        ListAsync("/v3/stacks?order_by=name" + Labels(labels), CliJson.Default.StackPage, stop);
}
