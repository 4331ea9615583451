using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Quotas;

internal sealed class SpaceQuotaEndpoints(CloudControllerDbContext db, Access access, Pager pager, Links links, JobQueue jobs)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery("names", "organization_guids", "space_guids");
        var rows = Visible().AsNoTracking();
        if (query.Values("names") is { } names) rows = rows.Where(q => names.Contains(q.Name));
        if (query.Values("organization_guids") is { } organizations) rows = rows.Where(q => organizations.Contains(q.OrganizationGuid));
        if (query.Values("space_guids") is { } spaces) rows = rows.Where(q => db.Spaces.Any(s => s.QuotaGuid == q.Guid && spaces.Contains(s.Guid)));
        var page = await pager.ReadAsync(rows, query, call.Cancelled, "name");
        return Answer.Ok(pager.Present(query, page.Total, await PresentAsync(page.Rows, call.Cancelled)));
    }

    public async Task<IResult> GetAsync(ApiCall call) => Answer.Ok((await PresentAsync([await FindAsync(call)], call.Cancelled))[0]);

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = body.String("name", required: true, maxLength: 250);
        var relationships = body.Object("relationships", required: true);
        var organization = relationships?.ToOne("organization");
        var spaces = relationships?.ToMany("spaces", required: false) ?? [];
        var apply = QuotaRequest.Read(body);
        body.ThrowIfInvalid();
        if (await access.ToOrganizationAsync(organization!, call.Cancelled) == AccessLevel.None || !await db.Organizations.AnyAsync(o => o.Guid == organization, call.Cancelled))
            throw ApiErrors.Unprocessable($"Organization with guid '{organization}' does not exist, or you do not have access to it.");
        await RequireWritableAsync(organization!, call.Cancelled);

        var quota = new SpaceQuota { Name = name!, OrganizationGuid = organization! };
        apply(quota);
        db.SpaceQuotas.Add(quota);
        await db.SaveUniqueAsync(() => Taken(name!), call.Cancelled);
        await ApplyAsync(quota, spaces, call.Cancelled);
        return Answer.Created((await PresentAsync([quota], call.Cancelled))[0]);
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = body.String("name", minLength: 1, maxLength: 250);
        var apply = QuotaRequest.Read(body);
        body.ThrowIfInvalid();
        var quota = await FindAsync(call);
        await RequireWritableAsync(quota.OrganizationGuid, call.Cancelled);
        quota.Name = name ?? quota.Name;
        apply(quota);
        await db.SaveUniqueAsync(() => Taken(name!), call.Cancelled);
        return Answer.Ok((await PresentAsync([quota], call.Cancelled))[0]);
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var quota = await FindAsync(call);
        await RequireWritableAsync(quota.OrganizationGuid, call.Cancelled);
        return jobs.Accepted(await jobs.EnqueueAsync("space_quota.delete", quota.Guid, ("space_quota", quota.Guid), call.Cancelled));
    }

    public async Task<IResult> ApplyToAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var guids = body.Data();
        body.ThrowIfInvalid();
        var quota = await FindAsync(call);
        await RequireWritableAsync(quota.OrganizationGuid, call.Cancelled);
        await ApplyAsync(quota, guids!, call.Cancelled);
        var all = await db.Spaces.Where(s => s.QuotaGuid == quota.Guid).OrderBy(s => s.Id).Select(s => s.Guid).ToListAsync(call.Cancelled);
        return Answer.Ok(new RelationshipResponse(Relationships.To(all).Data, new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/space_quotas/{quota.Guid}/relationships/spaces"),
        }));
    }

    public async Task<IResult> RemoveFromAsync(ApiCall call)
    {
        var quota = await FindAsync(call);
        await RequireWritableAsync(quota.OrganizationGuid, call.Cancelled);
        var space = call.Path("space");
        var row = await db.Spaces.SingleOrDefaultAsync(s => s.Guid == space && s.QuotaGuid == quota.Guid, call.Cancelled)
            ?? throw ApiErrors.Unprocessable($"Unable to remove quota from space with guid '{space}'. Ensure the space quota is applied to this space.");
        row.QuotaGuid = null;
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.NoContent();
    }

    private async Task ApplyAsync(SpaceQuota quota, IReadOnlyList<string> guids, CancellationToken cancellationToken)
    {
        var spaces = await db.Spaces.Where(s => guids.Contains(s.Guid) && s.OrganizationGuid == quota.OrganizationGuid).ToListAsync(cancellationToken);
        if (guids.Except(spaces.Select(s => s.Guid)).ToList() is { Count: > 0 } missing)
            throw ApiErrors.Unprocessable($"Spaces with guids [\"{string.Join("\", \"", missing)}\"] do not exist within the organization specified, or you do not have access to them.");
        foreach (var space in spaces) space.QuotaGuid = quota.Guid;
        await db.SaveChangesAsync(cancellationToken);
    }

    private static ApiException Taken(string name) => ApiErrors.Unprocessable($"Space Quota '{name}' already exists.");

    private async Task RequireWritableAsync(string organization, CancellationToken cancellationToken)
    {
        Access.Require(await access.ToOrganizationAsync(organization, cancellationToken), AccessLevel.Write, "Space quota");
        await access.RequireActiveAsync(organization, cancellationToken);
    }

    private async Task<SpaceQuota> FindAsync(ApiCall call) =>
        await Visible().SingleOrDefaultAsync(q => q.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Space quota");

    private IQueryable<SpaceQuota> Visible()
    {
        if (access.SeesAll) return db.SpaceQuotas;
        var visible = access.VisibleOrganizations();
        return db.SpaceQuotas.Where(q => visible.Contains(q.OrganizationGuid));
    }

    private async Task<IReadOnlyList<object>> PresentAsync(IReadOnlyList<SpaceQuota> quotas, CancellationToken cancellationToken)
    {
        var guids = quotas.Select(q => (string?)q.Guid).ToList();
        var visible = access.VisibleSpaces();
        var spaces = (await db.Spaces.Where(s => guids.Contains(s.QuotaGuid) && visible.Contains(s.Guid))
            .Select(s => new { s.Guid, s.QuotaGuid }).ToListAsync(cancellationToken)).ToLookup(s => s.QuotaGuid!, s => s.Guid);
        return [.. quotas.Select(q =>
        {
            var limits = QuotaLimits.Of(q);
            return (object)new
            {
                q.Guid, q.CreatedAt, q.UpdatedAt, q.Name, limits.Apps, limits.Services, limits.Routes,
                Relationships = new { Organization = Relationship.To(q.OrganizationGuid), Spaces = Relationships.To(spaces[q.Guid]) },
                Links = new { Self = links.To($"/v3/space_quotas/{q.Guid}"), Organization = links.To($"/v3/organizations/{q.OrganizationGuid}") },
            };
        })];
    }
}
