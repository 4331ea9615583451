using System.Text.Json.Nodes;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Api;

internal sealed partial class CloudController
{
    /// <summary>What the server may be asked about at once: the API's bound.</summary>
    private const int ResourcesPerMatch = 5000;

    /// <returns>Those the server has already.</returns>
    public async Task<IReadOnlyList<PackageResource>> MatchResourcesAsync(IEnumerable<PackageResource> resources, CancellationToken stop)
    {
        var matched = new List<PackageResource>();
        foreach (var some in resources.Chunk(ResourcesPerMatch))
            matched.AddRange((await PostAsync("/v3/resource_matches", new JsonObject { ["resources"] = ToJson(some) }, CliJson.Default.ResourceMatches, stop)).Resources);
        return matched;
    }

    public Task<Package> CreatePackageAsync(string appGuid, CancellationToken stop) =>
        PostAsync(
            "/v3/packages",
            new JsonObject { ["type"] = "bits", ["relationships"] = new JsonObject { ["app"] = ToOneNode(appGuid) } },
            CliJson.Default.Package,
            stop);

    /// <param name="matched">Files the server has and adds by itself.</param>
    /// <param name="archive">Makes the zip of the others, anew for every attempt; null when there are none.</param>
    public async Task<Package> UploadPackageAsync(
        string packageGuid, IEnumerable<PackageResource> matched, Func<HttpContent>? archive, CancellationToken stop)
    {
        var resources = ToJson(matched).ToJsonString();
        var request = new ApiRequest(
            HttpMethod.Post,
            Address($"/v3/packages/{packageGuid}/upload"),
            () =>
            {
                var form = new MultipartFormDataContent { { new StringContent(resources), "resources" } };
                if (archive is not null) form.Add(archive(), "bits", "package.zip");
                return form;
            })
        {
            IsUpload = true,
        };
        return ServerJson.Read((await SucceedAsync(request, stop)).Body, CliJson.Default.Package);
    }

    public Task<Package> GetPackageAsync(string guid, CancellationToken stop) => GetAsync($"/v3/packages/{guid}", CliJson.Default.Package, stop);

    public async Task<Package?> TryGetNewestPackageAsync(string appGuid, bool onlyReady, CancellationToken stop)
    {
        var states = onlyReady ? "&states=READY" : "";
        var path = $"/v3/packages?app_guids={appGuid}{states}&order_by=-created_at&page=1&per_page=1";
        return (await GetAsync(path, CliJson.Default.PackagePage, stop)).Resources is [var newest, ..] ? newest : null;
    }

    /// <summary>The newest package, if no droplet was staged from it.</summary>
    public async Task<Package?> TryGetUnstagedPackageAsync(string appGuid, CancellationToken stop)
    {
        if (await TryGetNewestPackageAsync(appGuid, onlyReady: false, stop) is not { } package) return null;
        var droplets = await GetAsync(
            $"/v3/packages/{package.Guid}/droplets?states=STAGED&page=1&per_page=1", CliJson.Default.DropletPage, stop);
        return droplets.Resources.Count == 0 ? package : null;
    }

    public Task<Build> CreateBuildAsync(string packageGuid, CancellationToken stop) =>
        PostAsync("/v3/builds", new JsonObject { ["package"] = new JsonObject { ["guid"] = packageGuid } }, CliJson.Default.Build, stop);

    public Task<Build> GetBuildAsync(string guid, CancellationToken stop) => GetAsync($"/v3/builds/{guid}", CliJson.Default.Build, stop);

    public Task<Droplet> GetDropletAsync(string guid, CancellationToken stop) => GetAsync($"/v3/droplets/{guid}", CliJson.Default.Droplet, stop);

    private static JsonArray ToJson(IEnumerable<PackageResource> resources)
    {
        var array = new JsonArray();
        foreach (var resource in resources)
        {
            array.Add((JsonNode)new JsonObject
            {
                ["path"] = resource.Path,
                ["mode"] = resource.Mode,
                ["checksum"] = new JsonObject { ["value"] = resource.Checksum.Value },
                ["size_in_bytes"] = resource.SizeInBytes,
            });
        }

        return array;
    }
}
