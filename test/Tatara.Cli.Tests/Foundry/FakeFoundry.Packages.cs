using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Tatara.Cli.Tests.Foundry;

internal sealed partial class FakeFoundry
{
    private int packageLooks;
    private int buildLooks;

    /// <summary>Checksums of files that need no upload.</summary>
    public HashSet<string> KnownChecksums { get; } = [];

    /// <summary>Names and Unix modes in the uploaded zip; null when none was uploaded.</summary>
    public List<(string Name, string Mode)>? Uploaded { get; private set; }

    /// <summary>The resources named beside the zip.</summary>
    public JsonArray Matched { get; private set; } = [];

    public string? StagingFailure { get; set; }

    /// <summary>How often a build is asked about before it ends.</summary>
    public int StagingLooks { get; set; } = 2;

    public bool HasUnstagedPackage { get; set; }

    /// <summary>Called when a build starts, and before the answer that it is over.</summary>
    public Action? OnStagingStart { get; set; }

    public Action? OnStagingEnd { get; set; }

    private void MapPackages()
    {
        app.MapPost("/v3/resource_matches", async (HttpRequest request) =>
        {
            var asked = (JsonArray)(await ReadAsync(request))["resources"]!;
            var known = asked.Where(one => KnownChecksums.Contains((string)one!["checksum"]!["value"]!)).Select(one => one!.DeepClone()).ToArray();
            return Json(new JsonObject { ["resources"] = new JsonArray(known) }, 201);
        });
        app.MapPost("/v3/packages", () => Json(Package("AWAITING_UPLOAD"), 201));
        app.MapPost("/v3/packages/{guid}/upload", UploadAsync);
        app.MapGet("/v3/packages/{guid}", () => Json(Package(++packageLooks % 2 == 1 ? "PROCESSING_UPLOAD" : "READY")));
        app.MapGet("/v3/packages", () => Page([Package("READY")]));
        app.MapGet("/v3/packages/{guid}/droplets", () => Page(HasUnstagedPackage ? [] : [Droplet()]));
        app.MapPost("/v3/builds", () =>
        {
            buildLooks = 0;
            OnStagingStart?.Invoke();
            return Json(Build("STAGING"), 201);
        });
        app.MapGet("/v3/builds/{guid}", () =>
        {
            if (++buildLooks < StagingLooks) return Json(Build("STAGING"));
            OnStagingEnd?.Invoke();
            return Json(Build(StagingFailure is null ? "STAGED" : "FAILED"));
        });
        app.MapGet("/v3/droplets/{guid}", GetDroplet);
    }

    private async Task<IResult> UploadAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        Matched = (JsonArray)JsonNode.Parse(form["resources"].ToString())!;
        if (form.Files.GetFile("bits") is { } bits)
        {
            using var zip = new ZipArchive(bits.OpenReadStream());
            Uploaded = [.. zip.Entries.Select(entry => (entry.FullName, Convert.ToString((uint)entry.ExternalAttributes >> 16, 8)))];
        }

        return Json(Package("PROCESSING_UPLOAD"));
    }

    private static JsonObject Package(string state) => new() { ["guid"] = "p-1", ["state"] = state, ["data"] = new JsonObject { ["error"] = null } };

    private JsonObject Build(string state) => new()
    {
        ["guid"] = "bu-1", ["state"] = state, ["error"] = StagingFailure, ["droplet"] = state == "STAGED" ? new JsonObject { ["guid"] = "dr-1" } : null,
    };

    private static IResult GetDroplet() => Json(Droplet());

    private static JsonObject Droplet() => new()
    {
        ["guid"] = "dr-1",
        ["state"] = "STAGED",
        ["created_at"] = "2025-03-04T05:06:07Z",
        ["stack"] = "bookworm",
        ["buildpacks"] = new JsonArray(new JsonObject { ["name"] = "ruby_buildpack", ["detect_output"] = "ruby", ["buildpack_name"] = "ruby", ["version"] = "1.0.0" }),
    };
}
