using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Organizations;
using Tatara.CloudController.Roles;
using Tatara.CloudController.Spaces;

namespace Tatara.CloudController.Apps;

/// <summary>Apps: list, show, create, change, delete. What starts and stops them is in <see cref="AppActionEndpoints"/>.</summary>
internal sealed class AppEndpoints(
    CloudControllerDbContext db, Access access, Pager pager, Links links, EventRecorder events, AppStore store)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery("names", "organization_guids", "space_guids", "stacks", "lifecycle_type", "label_selector", "include");
        query.AllowIncludes("space", "org", "space.organization");
        var rows = access.VisibleApps().AsNoTracking();
        if (query.Values("names") is { } names) rows = rows.Where(a => names.Contains(a.Name));
        if (query.Values("space_guids") is { } spaces) rows = rows.Where(a => spaces.Contains(a.SpaceGuid));
        if (query.Values("stacks") is { } stacks) rows = rows.Where(a => stacks.Contains(a.Stack!));
        if (query.Values("lifecycle_type") is { } types) rows = rows.Where(a => types.Contains(a.LifecycleType));
        if (query.Values("organization_guids") is { } organizations)
            rows = rows.Where(a => db.Spaces.Any(s => s.Guid == a.SpaceGuid && organizations.Contains(s.OrganizationGuid)));
        var page = await pager.ReadAsync(rows, query, call.Cancelled, "name", "state");
        return Answer.Ok(pager.Present(query, page.Total, [.. page.Rows.Select(a => AppResponse.From(a, links))], await IncludeAsync(query, page.Rows, call.Cancelled)));
    }

    public async Task<IResult> GetAsync(ApiCall call)
    {
        call.AllowQuery("include");
        var (app, _) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        return Answer.Ok(AppResponse.From(app, links));
    }

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = body.String("name", required: true);
        var spaceGuid = body.Object("relationships", required: true)?.ToOne("space");
        var environment = EnvironmentRequest.Read(body, "environment_variables");
        var lifecycle = LifecycleRequest.Read(body);
        var metadata = MetadataPatch.Read(body);
        AppStore.CheckName(body, name);
        body.ThrowIfInvalid();
        var space = await VisibleSpaceAsync(spaceGuid!, call.Cancelled);
        await access.RequireContentsAsync(space, AccessLevel.Write, "Space", call.Cancelled);

        var app = store.Add(name!, space);
        app.EnvironmentVariables = EnvironmentRequest.Merge(app.EnvironmentVariables, environment);
        if (lifecycle is not null) await lifecycle.ApplyToAsync(app, db, store.Options, call.Cancelled);
        metadata.ApplyTo(app);
        events.Record("audit.app.create", app, space, new { Request = Redaction.Hide(body.Raw, "environment_variables") });
        await db.SaveUniqueAsync(() => AppStore.NameTaken(name!), call.Cancelled);
        await store.LogAsync(app, $"Created app with guid {app.Guid}", call.Cancelled);
        return Answer.Created(AppResponse.From(app, links));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = body.String("name", minLength: 1);
        var lifecycle = LifecycleRequest.Read(body);
        var metadata = MetadataPatch.Read(body);
        AppStore.CheckName(body, name);
        body.ThrowIfInvalid();
        var (app, space) = await access.AppOrFailAsync(call.Guid, AccessLevel.Write, call.Cancelled);

        app.Name = name ?? app.Name;
        if (lifecycle is not null) await lifecycle.ApplyToAsync(app, db, store.Options, call.Cancelled);
        metadata.ApplyTo(app);
        var shown = Redaction.Hide(body.Raw);
        events.Record("audit.app.update", app, space, new { Request = shown });
        await db.SaveUniqueAsync(() => AppStore.NameTaken(name!), call.Cancelled);
        await store.LogAsync(app, $"Updated app with guid {app.Guid} ({shown.ToJsonString()})", call.Cancelled);
        return Answer.Ok(AppResponse.From(app, links));
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var (app, space) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        await access.RequireContentsAsync(space, AccessLevel.Write, "App", call.Cancelled);
        return await store.RequestDeletionAsync(app, space, call.Cancelled);
    }

    private async Task<Space> VisibleSpaceAsync(string guid, CancellationToken cancellationToken)
    {
        if (await access.ToSpaceContentsAsync(guid, cancellationToken) != AccessLevel.None
            && await db.Spaces.SingleOrDefaultAsync(s => s.Guid == guid, cancellationToken) is { } space)
            return space;
        throw ApiErrors.Unprocessable("Invalid space. Ensure that the space exists and you have access to it.");
    }

    private async Task<object?> IncludeAsync(ListQuery query, IReadOnlyList<App> apps, CancellationToken cancellationToken)
    {
        var withOrganizations = query.Includes("org") || query.Includes("space.organization");
        if (!withOrganizations && !query.Includes("space")) return null;
        var spaceGuids = apps.Select(a => a.SpaceGuid).Distinct().ToList();
        var spaces = await db.Spaces.AsNoTracking().Where(s => spaceGuids.Contains(s.Guid)).ToListAsync(cancellationToken);
        var included = new Dictionary<string, object> { ["spaces"] = spaces.Select(s => SpaceResponse.From(s, links)) };
        if (withOrganizations)
        {
            var organizationGuids = spaces.Select(s => s.OrganizationGuid).Distinct().ToList();
            included["organizations"] = (await db.Organizations.AsNoTracking().Where(o => organizationGuids.Contains(o.Guid)).ToListAsync(cancellationToken))
                .Select(o => OrganizationResponse.From(o, links));
        }
        return included;
    }
}
