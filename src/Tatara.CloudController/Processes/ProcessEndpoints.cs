using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.FeatureFlags;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Processes;

/// <summary>Processes, found by their guid or as the one of a type that an app has.</summary>
internal sealed class ProcessEndpoints(
    CloudControllerDbContext db, Access access, Pager pager, Links links, EventRecorder events, ProcessChanges changes, FeatureFlagStore flags, IInstanceControl instances)
{
    public Task<IResult> ListAsync(ApiCall call) => ListAsync(call, access.VisibleProcesses());

    public async Task<IResult> ListOfAppAsync(ApiCall call)
    {
        var (app, _) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        return await ListAsync(call, db.Processes.Where(p => p.AppGuid == app.Guid));
    }

    public async Task<IResult> GetAsync(ApiCall call)
    {
        var (process, app, space) = await FindAsync(call, AccessLevel.Read);
        return Answer.Ok(await PresentAsync(process, app, space, call.Cancelled));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var patch = ProcessPatch.ReadUpdate(body);
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        var (process, app, space) = await FindAsync(call, AccessLevel.Write);
        metadata.ApplyTo(process);
        events.Record("audit.app.process.update", app, space, new { ProcessGuid = process.Guid, ProcessType = process.Type, Request = Redaction.Hide(body.Raw, "command") });
        await changes.SaveAsync(app, space, process, patch, call.Cancelled);
        return Answer.Ok(await PresentAsync(process, app, space, call.Cancelled));
    }

    public async Task<IResult> ScaleAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var patch = ProcessPatch.ReadScale(body);
        body.ThrowIfInvalid();
        var (process, app, space) = await FindAsync(call, AccessLevel.Write);
        if (!access.IsAdmin && !await flags.IsEnabledAsync("app_scaling", call.Cancelled)) throw ApiErrors.FeatureDisabled("app_scaling");
        events.Record("audit.app.process.scale", app, space, new { ProcessGuid = process.Guid, ProcessType = process.Type, Request = body.Raw });
        await changes.SaveAsync(app, space, process, patch, call.Cancelled);
        return Answer.Accepted(await PresentAsync(process, app, space, call.Cancelled));
    }

    public async Task<IResult> StopInstanceAsync(ApiCall call)
    {
        var (process, app, space) = await FindAsync(call, AccessLevel.Write);
        if (!int.TryParse(call.Path("index"), out var index) || index < 0 || index >= process.Instances) throw ApiErrors.ResourceNotFound("Instance");
        events.Record("audit.app.process.terminate_instance", app, space, new { ProcessGuid = process.Guid, ProcessType = process.Type, ProcessIndex = index });
        await db.SaveChangesAsync(call.Cancelled);
        await instances.StopInstanceAsync(process, index, call.Cancelled);
        return Answer.NoContent();
    }

    private async Task<IResult> ListAsync(ApiCall call, IQueryable<Process> rows)
    {
        var query = call.ReadListQuery("types", "space_guids", "organization_guids", "app_guids", "label_selector", "embed");
        if (query.Values("types") is { } types) rows = rows.Where(p => types.Contains(p.Type));
        if (query.Values("app_guids") is { } apps) rows = rows.Where(p => apps.Contains(p.AppGuid));
        if (query.Values("space_guids") is { } spaces) rows = rows.Where(p => db.Apps.Any(a => a.Guid == p.AppGuid && spaces.Contains(a.SpaceGuid)));
        if (query.Values("organization_guids") is { } organizations)
            rows = rows.Where(p => db.Apps.Any(a => a.Guid == p.AppGuid && db.Spaces.Any(s => s.Guid == a.SpaceGuid && organizations.Contains(s.OrganizationGuid))));
        var page = await pager.ReadAsync(rows.AsNoTracking(), query, call.Cancelled);
        var appGuids = page.Rows.Select(p => p.AppGuid).Distinct().ToList();
        var spaceOf = await db.Apps.Where(a => appGuids.Contains(a.Guid)).ToDictionaryAsync(a => a.Guid, a => a.SpaceGuid, call.Cancelled);
        return Answer.Ok(pager.Present(query, page.Total, [.. page.Rows.Select(p => ProcessResponse.From(p, Redaction.Hidden, spaceOf[p.AppGuid], links))]));
    }

    private async Task<(Process Process, App App, Space Space)> FindAsync(ApiCall call, AccessLevel wanted)
    {
        if (call.Http.Request.RouteValues.ContainsKey("type"))
        {
            var (app, space) = await access.AppOrFailAsync(call.Guid, wanted, call.Cancelled);
            var type = call.Path("type");
            var ofType = await db.Processes.SingleOrDefaultAsync(p => p.AppGuid == app.Guid && p.Type == type, call.Cancelled);
            return (ofType ?? throw ApiErrors.ResourceNotFound("Process"), app, space);
        }
        var process = await db.Processes.SingleOrDefaultAsync(p => p.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Process");
        var (owner, itsSpace) = await access.AppOrFailAsync(process.AppGuid, wanted, call.Cancelled, "Process");
        return (process, owner, itsSpace);
    }

    private async Task<ProcessResponse> PresentAsync(Process process, App app, Space space, CancellationToken cancellationToken)
    {
        var droplet = app.CurrentDropletGuid is null ? null : await db.Droplets.AsNoTracking().SingleOrDefaultAsync(d => d.Guid == app.CurrentDropletGuid, cancellationToken);
        var command = process.Command ?? droplet?.ProcessTypes.GetValueOrDefault(process.Type);
        var sees = await access.SeesSecretsOfSpaceAsync(space.Guid, cancellationToken);
        return ProcessResponse.From(process, sees ? command : Redaction.Hidden, space.Guid, links);
    }
}

internal static class ProcessFeature
{
    public static void AddProcesses(this IServiceCollection services) => services.AddScoped<ProcessChanges>().AddEndpoints<ProcessEndpoints>();

    public static void MapProcesses(this IEndpointRouteBuilder routes)
    {
        var endpoints = routes.Endpoints<ProcessEndpoints>()
            .Get("/v3/processes", (e, call) => e.ListAsync(call))
            .Get("/v3/apps/{guid}/processes", (e, call) => e.ListOfAppAsync(call));
        foreach (var path in new[] { "/v3/processes/{guid}", "/v3/apps/{guid}/processes/{type}" })
        {
            endpoints
                .Get(path, (e, call) => e.GetAsync(call))
                .Patch(path, (e, call) => e.UpdateAsync(call))
                .Post(path + "/actions/scale", (e, call) => e.ScaleAsync(call))
                .Delete(path + "/instances/{index}", (e, call) => e.StopInstanceAsync(call));
        }
    }
}
