using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Tatara.Cli.Tests.Foundry;

internal sealed partial class FakeFoundry
{
    public const string DomainName = "apps.test";

    private readonly List<JsonObject> organizations = [Named("o-1", "acme")];
    private readonly List<JsonObject> spaces = [Named("s-1", "dev")];
    private readonly JsonObject domain = new()
    {
        ["guid"] = "d-1",
        ["name"] = DomainName,
        ["internal"] = false,
        ["supported_protocols"] = new JsonArray("http"),
        ["relationships"] = new JsonObject { ["organization"] = new JsonObject { ["data"] = null } },
    };

    public List<JsonObject> RouteList { get; } = [];

    private static JsonObject Named(string guid, string name) => new() { ["guid"] = guid, ["name"] = name };

    private void MapOrganizations()
    {
        MapNamed("/v3/organizations", organizations, "Organization '{0}' already exists.");
        MapNamed("/v3/spaces", spaces, "Name must be unique per organization");
        app.MapPost("/v3/roles", () => Json(Named(NewGuid(), "role"), 201));
        app.MapGet("/v3/jobs/{guid}", GetJob);
        app.MapGet("/v3/domains", (HttpRequest request) => Page(Filter(request, "names").Contains(DomainName) ? [domain] : []));
        app.MapGet("/v3/organizations/{guid}/domains", () => Page([domain]));
        app.MapGet("/v3/stacks", () => Page([new JsonObject { ["guid"] = "k-1", ["name"] = "bookworm", ["description"] = "Debian 12" }]));
        app.MapGet("/v3/buildpacks", () => Page([
            new JsonObject
            {
                ["guid"] = "b-1", ["name"] = "ruby_buildpack", ["position"] = 1, ["enabled"] = true, ["locked"] = false,
                ["stack"] = "bookworm", ["state"] = "READY", ["filename"] = "ruby.zip", ["lifecycle"] = "buildpack",
            },
        ]));
        app.MapGet("/v3/routes", (HttpRequest request) => Page(RouteList.Where(route =>
            !request.Query.ContainsKey("hosts") || (Filter(request, "hosts").FirstOrDefault() ?? "") == (string?)route["host"])));
        app.MapPost("/v3/routes", async (HttpRequest request) =>
        {
            var body = await ReadAsync(request);
            return Json(AddRoute((string?)body["host"] ?? ""), 201);
        });
        app.MapDelete("/v3/routes/{guid}", (string guid, HttpResponse response) =>
        {
            RouteList.RemoveAll(route => (string?)route["guid"] == guid);
            return StartJob(response);
        });
        app.MapGet("/v3/routes/{guid}/destinations", (string guid) =>
            Json(new JsonObject { ["destinations"] = RouteList.Single(route => (string?)route["guid"] == guid)["destinations"]!.DeepClone() }));
        app.MapPost("/v3/routes/{guid}/destinations", async (string guid, HttpRequest request) =>
        {
            var destination = (await ReadAsync(request))["destinations"]![0]!.DeepClone();
            destination["guid"] = NewGuid();
            ((JsonArray)RouteList.Single(route => (string?)route["guid"] == guid)["destinations"]!).Add(destination);
            return Json(new JsonObject { ["destinations"] = new JsonArray() });
        });
        app.MapDelete("/v3/routes/{guid}/destinations/{to}", () => Results.NoContent());
    }

    public JsonObject AddRoute(string host, params string[] appGuids)
    {
        var route = new JsonObject
        {
            ["guid"] = NewGuid(),
            ["host"] = host,
            ["path"] = "",
            ["url"] = $"{host}.{DomainName}",
            ["protocol"] = "http",
            ["destinations"] = new JsonArray([.. appGuids.Select(guid => new JsonObject
            {
                ["guid"] = NewGuid(), ["app"] = new JsonObject { ["guid"] = guid }, ["protocol"] = "http1", ["port"] = 8080,
            })]),
            ["relationships"] = new JsonObject { ["space"] = ToOne("s-1"), ["domain"] = ToOne("d-1") },
        };
        RouteList.Add(route);
        return route;
    }

    private void MapNamed(string path, List<JsonObject> list, string taken)
    {
        app.MapGet(path, (HttpRequest request) => Page(Filter(request, "names") is { Length: > 0 } names
            ? list.Where(one => names.Contains((string?)one["name"]))
            : list));
        app.MapPost(path, async (HttpRequest request) =>
        {
            var name = (string)(await ReadAsync(request))["name"]!;
            if (list.Any(one => (string?)one["name"] == name)) return Unprocessable(string.Format(null, taken, name));
            var made = Named(NewGuid(), name);
            list.Add(made);
            return Json(made, 201);
        });
        app.MapDelete(path + "/{guid}", (string guid, HttpResponse response) =>
        {
            list.RemoveAll(one => (string?)one["guid"] == guid);
            return StartJob(response);
        });
    }
}
