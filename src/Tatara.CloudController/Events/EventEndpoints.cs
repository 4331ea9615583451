using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Events;

internal sealed class EventEndpoints(CloudControllerDbContext db, Access access, Pager pager, Links links)
{
    private const string Not = "target_guids[not]";

    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery("types", "target_guids", Not, "space_guids", "organization_guids");
        var rows = Visible().AsNoTracking();
        if (query.Values("types") is { } types) rows = rows.Where(e => types.Contains(e.Type));
        if (query.Values("target_guids") is { } targets) rows = rows.Where(e => targets.Contains(e.TargetGuid));
        if (query.Values(Not) is { } others) rows = rows.Where(e => !others.Contains(e.TargetGuid));
        if (query.Values("space_guids") is { } spaces) rows = rows.Where(e => spaces.Contains(e.SpaceGuid!));
        if (query.Values("organization_guids") is { } organizations) rows = rows.Where(e => organizations.Contains(e.OrganizationGuid!));
        return Answer.Ok(await pager.ListAsync(rows, query, Present, call.Cancelled));
    }

    public async Task<IResult> GetAsync(ApiCall call)
    {
        var row = await Visible().AsNoTracking().SingleOrDefaultAsync(e => e.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Event");
        return Answer.Ok(Present(row));
    }

    private IQueryable<AuditEvent> Visible()
    {
        if (access.SeesAll) return db.AuditEvents;
        var (organizations, spaces) = (access.ManagedOrganizations(), access.VisibleSpaces());
        return db.AuditEvents.Where(e => spaces.Contains(e.SpaceGuid!) || organizations.Contains(e.OrganizationGuid!));
    }

    private object Present(AuditEvent e) => new
    {
        e.Guid,
        e.CreatedAt,
        UpdatedAt = e.CreatedAt,
        e.Type,
        Actor = new EventSubject(e.ActorGuid, e.ActorType, e.ActorName),
        Target = new EventSubject(e.TargetGuid, e.TargetType, e.TargetName),
        Data = JsonElement.Parse(e.Data),
        Space = e.SpaceGuid is null ? null : new GuidReference(e.SpaceGuid),
        Organization = e.OrganizationGuid is null ? null : new GuidReference(e.OrganizationGuid),
        Links = new { Self = links.To($"/v3/audit_events/{e.Guid}") },
    };
}

internal static class EventFeature
{
    public static void AddEvents(this IServiceCollection services) => services.AddEndpoints<EventEndpoints>();

    public static void MapEvents(this IEndpointRouteBuilder routes) => routes.Endpoints<EventEndpoints>()
        .Get("/v3/audit_events", (e, call) => e.ListAsync(call))
        .Get("/v3/audit_events/{guid}", (e, call) => e.GetAsync(call));
}
