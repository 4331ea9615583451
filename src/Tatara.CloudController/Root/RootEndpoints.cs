using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;

namespace Tatara.CloudController.Root;

/// <summary>Where a client begins: which API this is, and where its companions are.</summary>
internal sealed class RootEndpoints(Links links, CloudControllerOptions options)
{
    /// <summary>
    /// Clients decide by it what they may call: 3.160 is the least that the newest asks for without a warning, from 3.183 on
    /// they offer options on routes, from 3.211 on they read instances embedded in processes.
    /// </summary>
    public const string ApiVersion = "3.180.0";

    private static readonly string[] s_resources =
    [
        "app_usage_events", "apps", "audit_events", "buildpacks", "builds", "deployments", "domains", "droplets", "environment_variable_groups",
        "feature_flags", "info", "isolation_segments", "organization_quotas", "organizations", "packages", "processes", "resource_matches", "roles",
        "routes", "security_groups", "service_brokers", "service_credential_bindings", "service_instances", "service_offerings", "service_plans",
        "service_route_bindings", "service_usage_events", "space_quotas", "spaces", "stacks", "tasks", "users",
    ];

    private static readonly string[] s_absentResources = ["app_usage_events", "service_usage_events"];

    public Task<IResult> GetRootAsync(ApiCall call) => Respond(new
    {
        Links = new Dictionary<string, object?>
        {
            ["self"] = links.To(""),
            ["cloud_controller_v2"] = null,
            ["cloud_controller_v3"] = new VersionedLink(links.ApiUrl + "/v3", new { Version = ApiVersion }),
            ["network_policy_v0"] = null,
            ["network_policy_v1"] = links.To("/networking/v1/external"),
            ["login"] = new Link(links.ComponentUrl("login")),
            ["uaa"] = new Link(links.ComponentUrl("uaa")),
            ["credhub"] = null,
            ["routing"] = options.RouterGroups.Count == 0 ? null : links.To("/routing"),
            ["logging"] = null,
            ["log_cache"] = new Link(links.ComponentUrl("log-cache")),
            ["log_stream"] = null,
            ["app_ssh"] = null,
        },
    });

    public Task<IResult> GetV3Async(ApiCall call) => Respond(new
    {
        Links = s_resources.Except(s_absentResources)
            .ToDictionary(r => r, r => links.To($"/v3/{r}"))
            .Append(KeyValuePair.Create("self", links.To("/v3")))
            .ToDictionary(),
    });

    public Task<IResult> GetInfoAsync(ApiCall call) => Respond(new
    {
        Build = "",
        CliVersion = new { Minimum = "", Recommended = "" },
        Custom = new { },
        Description = "Tatara: Cloud Foundry in one program",
        Name = "tatara",
        Version = 0,
        OsbapiVersion = "2.15",
        Links = new { Self = links.To("/v3/info"), Support = new Link("") },
    });

    public Task<IResult> GetV2InfoAsync(ApiCall call) => Respond(new
    {
        Name = "tatara",
        Build = "",
        Support = "",
        Version = 0,
        Description = "Tatara: Cloud Foundry in one program",
        AuthorizationEndpoint = links.ComponentUrl("login"),
        TokenEndpoint = links.ComponentUrl("uaa"),
        LogCacheEndpoint = links.ComponentUrl("log-cache"),
        RoutingEndpoint = options.RouterGroups.Count == 0 ? null : links.ApiUrl + "/routing",
    });

    /// <summary>Says that the process answers; watched by whoever supervises it.</summary>
    public Task<IResult> GetHealthAsync(ApiCall call) => Respond(new { Healthy = true, options.Name });

    private static Task<IResult> Respond(object body) => Task.FromResult(Answer.Ok(body));

    private sealed record VersionedLink(string Href, object Meta);
}

internal static class RootFeature
{
    public static void AddRoot(this IServiceCollection services) => services.AddEndpoints<RootEndpoints>();

    public static void MapRoot(this IEndpointRouteBuilder routes) => routes.Endpoints<RootEndpoints>()
        .Anonymous("GET", "/", (e, call) => e.GetRootAsync(call))
        .Anonymous("GET", "/v3", (e, call) => e.GetV3Async(call))
        .Anonymous("GET", "/v3/info", (e, call) => e.GetInfoAsync(call))
        .Anonymous("GET", "/v2/info", (e, call) => e.GetV2InfoAsync(call))
        .Anonymous("GET", "/healthz", (e, call) => e.GetHealthAsync(call));
}
