using System.Text.Json.Nodes;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Api;

internal sealed partial class CloudController
{
    /// <summary>The one of a name; of several the one without a stack, unless a stack is asked for.</summary>
    /// <exception cref="CfException">There is none, or more than one that could be meant.</exception>
    public async Task<Buildpack> FindBuildpackAsync(string name, string? stack, CancellationToken stop)
    {
        var byStack = string.IsNullOrEmpty(stack) ? "" : $"&stacks={Filter(stack)}";
        var found = await ListAsync($"/v3/buildpacks?names={Filter(name)}{byStack}", CliJson.Default.BuildpackPage, stop);
        return found switch
        {
            [var one] => one,
            [] => throw new NotFoundException($"Buildpack '{name}'{(byStack.Length > 0 ? $" with stack '{stack}'" : "")} not found"),
            _ => found.Find(one => string.IsNullOrEmpty(one.Stack))
                ?? throw new CfException($"Multiple buildpacks named {name} found. Specify a stack name by using a '-s' flag."),
        };
    }

    public Task<Buildpack> CreateBuildpackAsync(string name, int position, bool enabled, CancellationToken stop) =>
        PostAsync("/v3/buildpacks", new JsonObject { ["name"] = name, ["position"] = position, ["enabled"] = enabled }, CliJson.Default.Buildpack, stop);

    /// <param name="changes">Fields with their new values.</param>
    public Task<Buildpack> UpdateBuildpackAsync(string guid, JsonObject changes, CancellationToken stop) =>
        WriteAsync(HttpMethod.Patch, $"/v3/buildpacks/{guid}", changes, CliJson.Default.Buildpack, stop);

    public Task DeleteBuildpackAsync(string guid, CancellationToken stop) =>
        RunJobAsync(new ApiRequest(HttpMethod.Delete, Address($"/v3/buildpacks/{guid}")), stop);

    /// <param name="bits">Makes the zip's content anew for every attempt.</param>
    /// <returns>Where the job is that processes it.</returns>
    public async Task<string?> UploadBuildpackAsync(string guid, Func<HttpContent> bits, string fileName, CancellationToken stop)
    {
        var request = new ApiRequest(
            HttpMethod.Post, Address($"/v3/buildpacks/{guid}/upload"), () => new MultipartFormDataContent { { bits(), "bits", fileName } }) { IsUpload = true };
        return (await SucceedAsync(request, stop)).Header("Location");
    }

    /// <param name="group">running or staging.</param>
    public async Task<IReadOnlyDictionary<string, string>> GetEnvironmentGroupAsync(string group, CancellationToken stop) =>
        (await GetAsync($"/v3/environment_variable_groups/{group}", CliJson.Default.EnvironmentGroup, stop)).Var;

    /// <summary>Makes these the group's only variables.</summary>
    public async Task SetEnvironmentGroupAsync(string group, JsonObject variables, CancellationToken stop)
    {
        foreach (var name in (await GetEnvironmentGroupAsync(group, stop)).Keys)
            if (!variables.ContainsKey(name)) variables[name] = null;
        await SucceedAsync(Json(HttpMethod.Patch, $"/v3/environment_variable_groups/{group}", new JsonObject { ["var"] = variables }), stop);
    }
}
