using System.Net;
using System.Text.Json.Nodes;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Packages;

/// <summary>Uploads as the cf CLI does.</summary>
internal static class PackageClient
{
    public static object Of(string appGuid) => new { type = "bits", relationships = new { app = new { data = new { guid = appGuid } } } };

    public static Task<ApiResponse> UploadAsync(this ApiClient client, string packageGuid, byte[]? bits, string? resources = null) =>
        client.UploadToAsync($"/v3/packages/{packageGuid}/upload", bits, "package.zip", resources);

    public static async Task<ApiResponse> UploadToAsync(this ApiClient client, string path, byte[]? bits, string fileName, string? resources = null)
    {
        using var form = new MultipartFormDataContent();
        if (resources is not null) form.Add(new StringContent(resources), "resources");
        if (bits is not null) form.Add(new ByteArrayContent(bits), "bits", fileName);
        return await client.SendAsync(HttpMethod.Post, path, form);
    }

    /// <summary>A package of one file that is READY.</summary>
    public static async Task<string> ReadyPackageAsync(this ApiClient client, string appGuid, byte[]? bits = null)
    {
        var guid = (string)(await client.CreateAsync("/v3/packages", Of(appGuid)))["guid"]!;
        (await client.UploadAsync(guid, bits ?? new ZipBuilder().File("index.html", "hello").Build().ToArray())).Expect(HttpStatusCode.OK);
        ((string)(await client.ProcessedAsync(guid))["state"]!).ShouldBe("READY");
        return guid;
    }

    public static Task<JsonNode> ProcessedAsync(this ApiClient client, string guid) => Eventually.GetAsync(
        async () => (await client.GetAsync($"/v3/packages/{guid}")).Expect(HttpStatusCode.OK) is { } package
            && (string?)package["state"] is "READY" or "FAILED" ? package : null,
        "end of the package's processing");
}
