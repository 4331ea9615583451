using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Tatara.Cli.Tests.Foundry;

internal sealed partial class FakeFoundry
{
    /// <summary>What the last manifest was, as sent.</summary>
    public string Manifest { get; private set; } = "";

    /// <summary>Why the job that applies a manifest fails.</summary>
    public string? ManifestFailure { get; set; }

    public JsonArray ManifestDiff { get; set; } = [];

    /// <summary>States of the instances at each look; the last one stays.</summary>
    public Queue<string[]> InstanceStates { get; } = new([["RUNNING"]]);

    public List<JsonObject> AppList { get; } = [];

    public JsonObject Variables { get; } = [];

    public JsonArray Events { get; set; } = [];

    public JsonObject AddApp(string name, string state = "STOPPED")
    {
        var added = new JsonObject { ["guid"] = $"a-{name}", ["name"] = name, ["state"] = state, ["lifecycle"] = new JsonObject { ["type"] = "buildpack" } };
        AppList.Add(added);
        return added;
    }

    private void MapApps()
    {
        app.MapPost("/v3/spaces/{space}/manifest_diff", () => Json(new JsonObject { ["diff"] = ManifestDiff.DeepClone() }, 201));
        app.MapPost("/v3/spaces/{space}/actions/apply_manifest", ApplyAsync);
        app.MapGet("/v3/apps", (HttpRequest request) => Page(AppList.Where(one =>
            (!request.Query.ContainsKey("names") || Filter(request, "names").Contains((string?)one["name"]))
            && (!request.Query.ContainsKey("guids") || Filter(request, "guids").Contains((string?)one["guid"])))));
        app.MapDelete("/v3/apps/{guid}", (string guid, HttpResponse response) =>
        {
            AppList.RemoveAll(one => (string?)one["guid"] == guid);
            return StartJob(response);
        });
        app.MapPost("/v3/apps/{guid}/actions/{action}", (string guid, string action) =>
        {
            var found = AppList.Single(one => (string?)one["guid"] == guid);
            found["state"] = action == "stop" ? "STOPPED" : "STARTED";
            return Json(found.DeepClone());
        });
        app.MapPatch("/v3/apps/{guid}/relationships/current_droplet", () => Json(ToOne("dr-1")));
        app.MapGet("/v3/apps/{guid}/droplets/current", () => GetDroplet());
        app.MapGet("/v3/apps/{guid}/routes", () => Page(RouteList));
        app.MapGet("/v3/apps/{guid}/env", () => Json(new JsonObject
        {
            ["system_env_json"] = new JsonObject { ["VCAP_SERVICES"] = new JsonObject() },
            ["application_env_json"] = new JsonObject { ["VCAP_APPLICATION"] = new JsonObject { ["name"] = "dora" } },
            ["environment_variables"] = Variables.DeepClone(),
            ["running_env_json"] = new JsonObject(),
            ["staging_env_json"] = new JsonObject(),
        }));
        app.MapPatch("/v3/apps/{guid}/environment_variables", async (HttpRequest request) =>
        {
            foreach (var (name, value) in (JsonObject)(await ReadAsync(request))["var"]!) Variables[name] = value?.DeepClone();
            return Json(new JsonObject { ["var"] = Variables.DeepClone() });
        });
        MapProcesses();
        app.MapGet("/v3/audit_events", () => Json(new JsonObject
        {
            ["pagination"] = new JsonObject { ["total_results"] = Events.Count, ["next"] = null },
            ["resources"] = Events.DeepClone(),
        }));
    }

    private void MapProcesses()
    {
        app.MapGet("/v3/apps/{guid}/processes", (string guid) => Page([WebProcess(guid)]));
        app.MapGet("/v3/processes", (HttpRequest request) => Page(Filter(request, "app_guids").Select(WebProcess)));
        app.MapGet("/v3/processes/{guid}", (string guid) => Json(WebProcess(guid)));
        app.MapGet("/v3/processes/{guid}/sidecars", () => Page([]));
        app.MapGet("/v3/processes/{guid}/stats", () => Json(new JsonObject { ["resources"] = new JsonArray([.. NextStates().Select(Instance)]) }));
        app.MapPost("/v3/apps/{guid}/processes/{type}/actions/scale", async (string guid, HttpRequest request) =>
        {
            Scaled = await ReadAsync(request);
            return Json(WebProcess(guid), 202);
        });
    }

    /// <summary>What the last scale asked for.</summary>
    public JsonObject? Scaled { get; private set; }

    private string[] NextStates()
    {
        lock (InstanceStates) return InstanceStates.Count > 1 ? InstanceStates.Dequeue() : InstanceStates.Peek();
    }

    private static JsonNode Instance(string state, int index) => new JsonObject
    {
        ["type"] = "web",
        ["index"] = index,
        ["state"] = state,
        ["uptime"] = 5,
        ["mem_quota"] = 67108864,
        ["disk_quota"] = 1073741824,
        ["log_rate_limit"] = -1,
        ["routable"] = true,
        ["details"] = null,
        ["usage"] = new JsonObject { ["time"] = "2025-01-01T00:00:00Z", ["cpu"] = 0.0123, ["cpu_entitlement"] = 0.05, ["mem"] = 20971520, ["disk"] = 4096, ["log_rate"] = 0 },
    };

    private static JsonObject WebProcess(string app) => new()
    {
        ["guid"] = app,
        ["type"] = "web",
        ["command"] = "bundle exec rackup",
        ["instances"] = 1,
        ["memory_in_mb"] = 64,
        ["disk_in_mb"] = 1024,
        ["relationships"] = new JsonObject { ["app"] = ToOne(app) },
    };

    private async Task<IResult> ApplyAsync(HttpRequest request, HttpResponse response)
    {
        Manifest = await new StreamReader(request.Body).ReadToEndAsync();
        if (ManifestFailure is not null) return StartJob(response, ManifestFailure);
        foreach (var line in Manifest.Split('\n').Where(line => line.StartsWith("- name: ", StringComparison.Ordinal)))
        {
            var name = line["- name: ".Length..];
            if (AppList.All(one => (string?)one["name"] != name)) AddApp(name);
        }

        return StartJob(response);
    }
}
