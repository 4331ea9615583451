using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Organizations;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Spaces;

internal sealed class SpaceEndpoints(CloudControllerDbContext db, Access access, Pager pager, Links links, EventRecorder events, JobQueue jobs)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery("names", "organization_guids", "label_selector", "include");
        query.AllowIncludes("org", "organization");
        var visible = access.VisibleSpaces();
        var rows = db.Spaces.AsNoTracking().Where(s => visible.Contains(s.Guid));
        if (query.Values("names") is { } names) rows = rows.Where(s => names.Contains(s.Name));
        if (query.Values("organization_guids") is { } organizations) rows = rows.Where(s => organizations.Contains(s.OrganizationGuid));
        var page = await pager.ReadAsync(rows, query, call.Cancelled, "name");
        var included = query.Includes("org") || query.Includes("organization")
            ? new { Organizations = await OrganizationsOfAsync(page.Rows, call.Cancelled) }
            : null;
        return Answer.Ok(pager.Present(query, page.Total, [.. page.Rows.Select(s => SpaceResponse.From(s, links))], included));
    }

    public async Task<IResult> GetAsync(ApiCall call)
    {
        call.AllowQuery("include");
        return Answer.Ok(SpaceResponse.From(await FindAsync(call.Guid, AccessLevel.Read, call.Cancelled), links));
    }

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = ReadName(body, required: true);
        var organizationGuid = body.Object("relationships", required: true)?.ToOne("organization");
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        var granted = await access.ToOrganizationAsync(organizationGuid!, call.Cancelled);
        if (granted == AccessLevel.None || !await db.Organizations.AnyAsync(o => o.Guid == organizationGuid, call.Cancelled))
            throw ApiErrors.Unprocessable("Invalid organization. Ensure the organization exists and you have access to it.");
        Access.Require(granted, AccessLevel.Write, "Organization");
        await access.RequireActiveAsync(organizationGuid!, call.Cancelled);

        var space = new Space { Name = name!, OrganizationGuid = organizationGuid! };
        metadata.ApplyTo(space);
        db.Spaces.Add(space);
        Record("audit.space.create", space, body);
        await db.SaveUniqueAsync(Taken, call.Cancelled);
        return Answer.Created(SpaceResponse.From(space, links));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = ReadName(body, required: false);
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        var space = await FindAsync(call.Guid, AccessLevel.Write, call.Cancelled);
        await access.RequireActiveAsync(space.OrganizationGuid, call.Cancelled);

        space.Name = name ?? space.Name;
        metadata.ApplyTo(space);
        Record("audit.space.update", space, body);
        await db.SaveUniqueAsync(Taken, call.Cancelled);
        return Answer.Ok(SpaceResponse.From(space, links));
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var space = await FindAsync(call.Guid, AccessLevel.Write, call.Cancelled);
        await access.RequireActiveAsync(space.OrganizationGuid, call.Cancelled);
        Record("audit.space.delete-request", space, null);
        var job = await jobs.EnqueueAsync("space.delete", space.Guid, ("space", space.Guid), call.Cancelled);
        return jobs.Accepted(job);
    }

    /// <summary>There are no isolation segments to be in.</summary>
    public async Task<IResult> GetIsolationSegmentAsync(ApiCall call)
    {
        var space = await FindAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        return Answer.Ok(new RelationshipResponse(null, new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/spaces/{space.Guid}/relationships/isolation_segment"),
        }));
    }

    private async Task<Space> FindAsync(string guid, AccessLevel wanted, CancellationToken cancellationToken)
    {
        Access.Require(await access.ToSpaceAsync(guid, cancellationToken), wanted, "Space");
        return await db.Spaces.SingleOrDefaultAsync(s => s.Guid == guid, cancellationToken) ?? throw ApiErrors.ResourceNotFound("Space");
    }

    private async Task<List<OrganizationResponse>> OrganizationsOfAsync(IReadOnlyList<Space> spaces, CancellationToken cancellationToken)
    {
        var guids = spaces.Select(s => s.OrganizationGuid).Distinct().ToList();
        var rows = await db.Organizations.AsNoTracking().Where(o => guids.Contains(o.Guid)).ToListAsync(cancellationToken);
        return [.. rows.Select(o => OrganizationResponse.From(o, links))];
    }

    private static string? ReadName(Body body, bool required)
    {
        var name = body.String("name", required, minLength: 1, maxLength: 255);
        if (name?.Any(char.IsControl) == true) body.Fail("name", "must not contain escaped characters");
        return name;
    }

    private static ApiException Taken() => ApiErrors.Unprocessable("Name must be unique per organization");

    private void Record(string type, Space space, Body? body) => events.Record(
        type, new EventSubject(space.Guid, "space", space.Name), space.Guid, space.OrganizationGuid, body is null ? null : new { Request = body.Raw });
}
