using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;
using Tatara.CloudController.Routes;

namespace Tatara.CloudController.Manifests;

/// <summary>An app as a manifest would describe it.</summary>
internal static class AppManifest
{
    public static async Task<JsonObject> OfAsync(App app, CloudControllerDbContext db, CancellationToken cancellationToken)
    {
        var manifest = new JsonObject { ["name"] = app.Name };
        if (app.Buildpacks.Count > 0) manifest["buildpacks"] = new JsonArray([.. app.Buildpacks.Select(b => JsonValue.Create(BuildpackNames.HideCredentials(b)))]);
        if (app.Stack is not null) manifest["stack"] = app.Stack;
        if (app.EnvironmentVariables.Count > 0) manifest["env"] = Map(app.EnvironmentVariables);
        manifest["features"] = new JsonObject { ["ssh"] = app.SshEnabled, ["revisions"] = app.RevisionsEnabled };
        if (await RoutesAsync(app, db, cancellationToken) is { Count: > 0 } routes) manifest["routes"] = routes;
        if (await SidecarsAsync(app, db, cancellationToken) is { Count: > 0 } sidecars) manifest["sidecars"] = sidecars;
        var metadata = new JsonObject();
        if (app.Labels.Count > 0) metadata["labels"] = Map(app.Labels);
        if (app.Annotations.Count > 0) metadata["annotations"] = Map(app.Annotations);
        if (metadata.Count > 0) manifest["metadata"] = metadata;
        var processes = await db.Processes.AsNoTracking().Where(p => p.AppGuid == app.Guid).OrderBy(p => p.Type).ToListAsync(cancellationToken);
        manifest["processes"] = new JsonArray([.. processes.Select(Present)]);
        return manifest;
    }

    private static async Task<JsonArray> RoutesAsync(App app, CloudControllerDbContext db, CancellationToken cancellationToken)
    {
        var rows = await (
            from destination in db.RouteDestinations
            where destination.AppGuid == app.Guid
            join route in db.Routes on destination.RouteGuid equals route.Guid
            join domain in db.Domains on route.DomainGuid equals domain.Guid
            select new { Route = route, domain.Name, destination.Protocol }).AsNoTracking().ToListAsync(cancellationToken);
        return new JsonArray([.. rows
            .Select(r => (Url: AppUris.Of(r.Route, r.Name), r.Protocol, r.Route.LoadBalancing))
            .Distinct()
            .OrderBy(r => r.Url, StringComparer.Ordinal)
            .Select(r => r.LoadBalancing is null
                ? new JsonObject { ["route"] = r.Url, ["protocol"] = r.Protocol }
                : new JsonObject { ["route"] = r.Url, ["protocol"] = r.Protocol, ["options"] = new JsonObject { [RouteOptionsPatch.LoadBalancingKey] = r.LoadBalancing } })]);
    }

    private static async Task<JsonArray> SidecarsAsync(App app, CloudControllerDbContext db, CancellationToken cancellationToken)
    {
        var shown = new JsonArray();
        foreach (var sidecar in await db.Sidecars.AsNoTracking().Where(s => s.AppGuid == app.Guid && s.Origin == SidecarOrigins.User).OrderBy(s => s.Name).ToListAsync(cancellationToken))
        {
            var one = new JsonObject
            {
                ["name"] = sidecar.Name,
                ["process_types"] = new JsonArray([.. sidecar.ProcessTypes.Select(t => JsonValue.Create(t))]),
                ["command"] = sidecar.Command,
            };
            if (sidecar.MemoryMb is { } memory) one["memory"] = string.Create(CultureInfo.InvariantCulture, $"{memory}M");
            shown.Add(one);
        }
        return shown;
    }

    private static JsonObject Present(Process process)
    {
        var shown = new JsonObject
        {
            ["type"] = process.Type,
            ["instances"] = process.Instances,
            ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{process.MemoryMb}M"),
            ["disk_quota"] = string.Create(CultureInfo.InvariantCulture, $"{process.DiskMb}M"),
            ["log-rate-limit-per-second"] = process.LogRateLimit == -1 ? -1 : ByteSize.Format(process.LogRateLimit),
            ["command"] = process.Command,
            ["health-check-type"] = process.HealthCheckType,
            ["health-check-http-endpoint"] = process.HealthCheckHttpEndpoint,
            ["health-check-invocation-timeout"] = process.HealthCheckInvocationTimeout,
            ["health-check-interval"] = process.HealthCheckInterval,
            ["readiness-health-check-type"] = process.ReadinessHealthCheckType,
            ["readiness-health-check-http-endpoint"] = process.ReadinessHealthCheckHttpEndpoint,
            ["readiness-health-check-invocation-timeout"] = process.ReadinessHealthCheckInvocationTimeout,
            ["readiness-health-check-interval"] = process.ReadinessHealthCheckInterval,
            ["timeout"] = process.HealthCheckTimeout,
        };
        foreach (var empty in shown.Where(f => f.Value is null).Select(f => f.Key).ToList()) shown.Remove(empty);
        return shown;
    }

    private static JsonObject Map(IReadOnlyDictionary<string, string?> values) =>
        new(values.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)JsonValue.Create(v.Value))));
}
