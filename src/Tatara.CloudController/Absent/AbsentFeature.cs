using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Absent;

/// <summary>
/// Kinds of things that nobody can make here yet. Clients list them on the way to something else, and the truth is that
/// there are none.
/// </summary>
internal sealed class AbsentEndpoints(Pager pager, Access access)
{
    private static readonly string[] s_filters =
    [
        "names", "types", "type", "states", "status_values", "status_reasons", "app_guids", "space_guids", "organization_guids", "label_selector",
        "include", "service_instance_guids", "service_instance_names", "app_names", "service_plan_guids", "service_plan_names", "service_broker_guids",
        "service_broker_names", "service_offering_guids", "service_offering_names", "broker_catalog_ids", "available", "route_guids", "versions",
        "deployable", "sequence_ids", "running_space_guids", "staging_space_guids", "globally_enabled_running", "globally_enabled_staging", "fields",
        "process_guids",
    ];

    public Task<IResult> ListAsync(ApiCall call) => Task.FromResult(Answer.Ok(pager.Present(call.ReadListQuery(s_filters), 0, [])));

    /// <summary>The same below an app, which must be there.</summary>
    public async Task<IResult> ListOfAppAsync(ApiCall call)
    {
        await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        return await ListAsync(call);
    }

    public static Task<IResult> GetAsync(string what) => throw ApiErrors.ResourceNotFound(what);
}

internal static class AbsentFeature
{
    private static readonly (string Collection, string What)[] s_kinds =
    [
        ("deployments", "Deployment"), ("tasks", "Task"), ("revisions", "Revision"), ("isolation_segments", "Isolation segment"),
        ("service_brokers", "Service broker"), ("service_offerings", "Service offering"),
        ("service_plans", "Service plan"), ("service_credential_bindings", "Service credential binding"),
    ];

    public static void AddAbsent(this IServiceCollection services) => services.AddEndpoints<AbsentEndpoints>();

    public static void MapAbsent(this IEndpointRouteBuilder routes)
    {
        var endpoints = routes.Endpoints<AbsentEndpoints>();
        foreach (var (collection, what) in s_kinds)
        {
            if (collection != "revisions") endpoints.Get($"/v3/{collection}", (e, call) => e.ListAsync(call));
            endpoints.Get($"/v3/{collection}/{{guid}}", (_, _) => AbsentEndpoints.GetAsync(what));
        }
        foreach (var path in new[] { "tasks", "revisions", "revisions/deployed" })
            endpoints.Get($"/v3/apps/{{guid}}/{path}", (e, call) => e.ListOfAppAsync(call));
    }
}
