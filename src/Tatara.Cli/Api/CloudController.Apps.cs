using System.Text.Json.Nodes;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Api;

internal sealed partial class CloudController
{
    public Task<List<App>> ListAppsAsync(string spaceGuid, string? labels, CancellationToken stop) =>
        ListAsync($"/v3/apps?space_guids={spaceGuid}&order_by=name" + Labels(labels), CliJson.Default.AppPage, stop);

    public Task<List<App>> FindAppsAsync(IEnumerable<string> names, string spaceGuid, CancellationToken stop) =>
        ListAsync($"/v3/apps?names={Filter(names)}&space_guids={spaceGuid}", CliJson.Default.AppPage, stop);

    /// <exception cref="CfException">There is none of that name in the space.</exception>
    public async Task<App> FindAppAsync(string name, string spaceGuid, CancellationToken stop) =>
        (await FindAppsAsync([name], spaceGuid, stop)).FirstOrDefault() ?? throw new NotFoundException($"App '{name}' not found.");

    public async Task<IReadOnlyDictionary<string, string>> GetAppNamesAsync(IEnumerable<string> guids, CancellationToken stop) =>
        await NamesAsync(guids, async some =>
            (await ListAsync($"/v3/apps?guids={Filter(some)}", CliJson.Default.AppPage, stop)).Select(app => (app.Guid, app.Name)));

    public Task DeleteAppAsync(string guid, CancellationToken stop) =>
        RunJobAsync(new ApiRequest(HttpMethod.Delete, Address($"/v3/apps/{guid}")), stop);

    /// <param name="action">start, stop or restart.</param>
    public Task<App> ActAsync(string appGuid, string action, CancellationToken stop) =>
        PostAsync($"/v3/apps/{appGuid}/actions/{action}", null, CliJson.Default.App, stop);

    public Task SetCurrentDropletAsync(string appGuid, string dropletGuid, CancellationToken stop) =>
        SucceedAsync(Json(HttpMethod.Patch, $"/v3/apps/{appGuid}/relationships/current_droplet", ToOneNode(dropletGuid)), stop);

    /// <returns>Null when nothing was staged yet.</returns>
    public async Task<Droplet?> TryGetCurrentDropletAsync(string appGuid, CancellationToken stop)
    {
        try
        {
            return await GetAsync($"/v3/apps/{appGuid}/droplets/current", CliJson.Default.Droplet, stop);
        }
        catch (ApiException error) when (error.Status == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task<AppEnvironment> GetEnvironmentAsync(string appGuid, CancellationToken stop) =>
        GetAsync($"/v3/apps/{appGuid}/env", CliJson.Default.AppEnvironment, stop);

    /// <param name="value">Null removes the variable.</param>
    public Task SetEnvironmentVariableAsync(string appGuid, string name, string? value, CancellationToken stop) =>
        SucceedAsync(
            Json(HttpMethod.Patch, $"/v3/apps/{appGuid}/environment_variables", new JsonObject { ["var"] = new JsonObject { [name] = value } }),
            stop);

    public Task<List<Process>> ListProcessesAsync(string appGuid, CancellationToken stop) =>
        ListAsync($"/v3/apps/{appGuid}/processes", CliJson.Default.ProcessPage, stop);

    public async Task<List<Process>> ListProcessesOfAppsAsync(IEnumerable<string> appGuids, CancellationToken stop)
    {
        var all = new List<Process>();
        foreach (var some in appGuids.Chunk(GuidsPerRequest))
            all.AddRange(await ListAsync($"/v3/processes?app_guids={Filter(some)}", CliJson.Default.ProcessPage, stop));
        return all;
    }

    /// <summary>The process with its command, which lists leave out.</summary>
    public Task<Process> GetProcessAsync(string guid, CancellationToken stop) => GetAsync($"/v3/processes/{guid}", CliJson.Default.Process, stop);

    public Task<List<Sidecar>> ListSidecarsAsync(string processGuid, CancellationToken stop) =>
        ListAsync($"/v3/processes/{processGuid}/sidecars", CliJson.Default.SidecarPage, stop);

    public async Task<IReadOnlyList<InstanceStats>> GetStatsAsync(string processGuid, CancellationToken stop) =>
        (await GetAsync($"/v3/processes/{processGuid}/stats", CliJson.Default.ProcessStats, stop)).Resources;

    public Task ScaleAsync(string appGuid, string processType, int? instances, int? memoryMb, int? diskMb, CancellationToken stop)
    {
        var body = new JsonObject();
        if (instances is not null) body["instances"] = instances;
        if (memoryMb is not null) body["memory_in_mb"] = memoryMb;
        if (diskMb is not null) body["disk_in_mb"] = diskMb;
        return SucceedAsync(Json(HttpMethod.Post, $"/v3/apps/{appGuid}/processes/{Escape(processType)}/actions/scale", body), stop);
    }

    public Task ApplyManifestAsync(string spaceGuid, string yaml, CancellationToken stop) =>
        RunJobAsync(ApiRequest.WithText(HttpMethod.Post, Address($"/v3/spaces/{spaceGuid}/actions/apply_manifest"), yaml, "application/x-yaml"), stop);

    /// <returns>Null when the server cannot tell.</returns>
    public async Task<ManifestDiff?> TryDiffManifestAsync(string spaceGuid, string yaml, CancellationToken stop)
    {
        var request = ApiRequest.WithText(HttpMethod.Post, Address($"/v3/spaces/{spaceGuid}/manifest_diff"), yaml, "application/x-yaml");
        var response = await SendAsync(request, stop);
        if (response.Status >= System.Net.HttpStatusCode.InternalServerError) return null;
        return response.IsSuccess
            ? ServerJson.Read(response.Body, CliJson.Default.ManifestDiff)
            : throw ApiException.From(response.Status, request.Uri, response.Body);
    }

    public async Task<IReadOnlyList<AuditEvent>> ListRecentEventsAsync(string targetGuid, CancellationToken stop) =>
        (await GetAsync($"/v3/audit_events?target_guids={targetGuid}&order_by=-created_at&page=1", CliJson.Default.AuditEventPage, stop)).Resources;
}
