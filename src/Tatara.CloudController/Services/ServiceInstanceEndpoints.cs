using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Services;

/// <summary>/v3/service_instances, as far as users provide them: there are no service brokers here.</summary>
internal sealed class ServiceInstanceEndpoints(CloudControllerDbContext db, Access access, Pager pager, BoundRoutes routes, EventRecorder events, Links links)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery(
            "names", "type", "space_guids", "organization_guids", "service_plan_guids", "service_plan_names", "label_selector", "fields", "include");
        var visible = access.VisibleSpaces();
        var rows = db.ServiceInstances.Where(i => visible.Contains(i.SpaceGuid));
        if (query.Values("names") is { } names) rows = rows.Where(i => names.Contains(i.Name));
        if (query.Values("space_guids") is { } spaces) rows = rows.Where(i => spaces.Contains(i.SpaceGuid));
        if (query.Values("organization_guids") is { } organizations) rows = rows.Where(i => db.Spaces.Any(s => s.Guid == i.SpaceGuid && organizations.Contains(s.OrganizationGuid)));
        if (query.Values("type") is ["managed"] || query.Values("service_plan_guids") is not null || query.Values("service_plan_names") is not null) rows = rows.Where(_ => false);
        var page = await pager.ReadAsync(rows.AsNoTracking(), query, call.Cancelled, "name");
        return Answer.Ok(pager.Present(query, page.Total, page.Rows.Select(i => (object)ServiceInstanceResponse.From(i, links)).ToList()));
    }

    public async Task<IResult> GetAsync(ApiCall call) => Answer.Ok(ServiceInstanceResponse.From((await FindAsync(call, AccessLevel.Read)).Instance, links));

    public async Task<IResult> GetCredentialsAsync(ApiCall call) =>
        Answer.Ok(JsonElement.Parse((await FindAsync(call, AccessLevel.Write)).Instance.Credentials));

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        if (body.String("type", required: true) is { } type && type != ServiceInstanceResponse.UserProvided)
            body.Fail("type", $"must be '{ServiceInstanceResponse.UserProvided}': there are no service brokers here");
        var instance = new ServiceInstance { Name = body.String("name", required: true, maxLength: 255) ?? "", SpaceGuid = "" };
        ServiceInstanceRequest.Apply(body, instance);
        var spaceGuid = body.Object("relationships", required: true)?.ToOne("space");
        MetadataPatch.Read(body).ApplyTo(instance);
        body.ThrowIfInvalid();
        if (await access.ToSpaceContentsAsync(spaceGuid!, call.Cancelled) == AccessLevel.None
            || await db.Spaces.SingleOrDefaultAsync(s => s.Guid == spaceGuid, call.Cancelled) is not { } space)
            throw ApiErrors.Unprocessable("Invalid space. Ensure that the space exists and you have access to it.");
        await access.RequireContentsAsync(space, AccessLevel.Write, "Space", call.Cancelled);
        instance.SpaceGuid = space.Guid;
        db.ServiceInstances.Add(instance);
        Record("create", instance, space);
        await db.SaveUniqueAsync(() => Taken(instance), call.Cancelled);
        return Answer.Created(ServiceInstanceResponse.From(instance, links));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var (instance, space) = await FindAsync(call, AccessLevel.Write);
        instance.Name = body.String("name", minLength: 1, maxLength: 255) ?? instance.Name;
        ServiceInstanceRequest.Apply(body, instance);
        MetadataPatch.Read(body).ApplyTo(instance);
        body.ThrowIfInvalid();
        Record("update", instance, space);
        await db.SaveUniqueAsync(() => Taken(instance), call.Cancelled);
        await routes.TellAsync(await routes.OfAsync(instance, call.Cancelled), call.Cancelled);
        return Answer.Ok(ServiceInstanceResponse.From(instance, links));
    }

    /// <summary>Its bindings go with it.</summary>
    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var (instance, space) = await FindAsync(call, AccessLevel.Write);
        var bound = await routes.OfAsync(instance, call.Cancelled);
        db.ServiceInstances.Remove(instance);
        Record("delete", instance, space);
        await db.SaveChangesAsync(call.Cancelled);
        await routes.TellAsync(bound, call.Cancelled);
        return Answer.NoContent();
    }

    private async Task<(ServiceInstance Instance, Space Space)> FindAsync(ApiCall call, AccessLevel wanted)
    {
        var instance = await db.ServiceInstances.SingleOrDefaultAsync(i => i.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Service instance");
        var space = await db.Spaces.SingleAsync(s => s.Guid == instance.SpaceGuid, call.Cancelled);
        await access.RequireContentsAsync(space, wanted, "Service instance", call.Cancelled);
        return (instance, space);
    }

    private void Record(string verb, ServiceInstance instance, Space space) => events.Record(
        $"audit.user_provided_service_instance.{verb}", new EventSubject(instance.Guid, "user_provided_service_instance", instance.Name), space.Guid, space.OrganizationGuid);

    private static ApiException Taken(ServiceInstance instance) => ApiErrors.Unprocessable($"The service instance name is taken: {instance.Name}.");
}
