using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Quotas;

internal sealed class OrganizationQuotaEndpoints(CloudControllerDbContext db, Access access, Pager pager, Links links, JobQueue jobs)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery("names", "organization_guids");
        var rows = Visible().AsNoTracking();
        if (query.Values("names") is { } names) rows = rows.Where(q => names.Contains(q.Name));
        if (query.Values("organization_guids") is { } organizations) rows = rows.Where(q => db.Organizations.Any(o => o.QuotaGuid == q.Guid && organizations.Contains(o.Guid)));
        var page = await pager.ReadAsync(rows, query, call.Cancelled, "name");
        return Answer.Ok(pager.Present(query, page.Total, await PresentAsync(page.Rows, call.Cancelled)));
    }

    public async Task<IResult> GetAsync(ApiCall call) => Answer.Ok((await PresentAsync([await FindAsync(call)], call.Cancelled))[0]);

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = body.String("name", required: true, maxLength: 250);
        var apply = QuotaRequest.Read(body);
        var organizations = body.Object("relationships")?.ToMany("organizations", required: false) ?? [];
        body.ThrowIfInvalid();
        access.RequireAdmin();
        var quota = new OrganizationQuota { Name = name! };
        apply(quota);
        db.OrganizationQuotas.Add(quota);
        await db.SaveUniqueAsync(() => Taken(name!), call.Cancelled);
        await ApplyAsync(quota, organizations, call.Cancelled);
        return Answer.Created((await PresentAsync([quota], call.Cancelled))[0]);
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = body.String("name", minLength: 1, maxLength: 250);
        var apply = QuotaRequest.Read(body);
        body.ThrowIfInvalid();
        var quota = await FindAsync(call);
        access.RequireAdmin();
        quota.Name = name ?? quota.Name;
        apply(quota);
        await db.SaveUniqueAsync(() => Taken(name!), call.Cancelled);
        return Answer.Ok((await PresentAsync([quota], call.Cancelled))[0]);
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var quota = await FindAsync(call);
        access.RequireAdmin();
        if (await db.Organizations.AnyAsync(o => o.QuotaGuid == quota.Guid, call.Cancelled))
            throw ApiErrors.Unprocessable("This quota is applied to one or more organizations. Apply different quotas to those organizations before deleting.");
        return jobs.Accepted(await jobs.EnqueueAsync("organization_quota.delete", quota.Guid, ("organization_quota", quota.Guid), call.Cancelled));
    }

    public async Task<IResult> ApplyToAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var guids = body.Data();
        body.ThrowIfInvalid();
        var quota = await FindAsync(call);
        access.RequireAdmin();
        await ApplyAsync(quota, guids!, call.Cancelled);
        var all = await db.Organizations.Where(o => o.QuotaGuid == quota.Guid).OrderBy(o => o.Id).Select(o => o.Guid).ToListAsync(call.Cancelled);
        return Answer.Ok(new RelationshipResponse(Relationships.To(all).Data, new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/organization_quotas/{quota.Guid}/relationships/organizations"),
        }));
    }

    private async Task ApplyAsync(OrganizationQuota quota, IReadOnlyList<string> guids, CancellationToken cancellationToken)
    {
        var organizations = await db.Organizations.Where(o => guids.Contains(o.Guid)).ToListAsync(cancellationToken);
        if (guids.Except(organizations.Select(o => o.Guid)).ToList() is { Count: > 0 } missing)
            throw ApiErrors.Unprocessable($"Organizations with guids [\"{string.Join("\", \"", missing)}\"] do not exist, or you do not have access to them.");
        foreach (var organization in organizations) organization.QuotaGuid = quota.Guid;
        await db.SaveChangesAsync(cancellationToken);
    }

    private static ApiException Taken(string name) => ApiErrors.Unprocessable($"Organization Quota '{name}' already exists.");

    private async Task<OrganizationQuota> FindAsync(ApiCall call) =>
        await Visible().SingleOrDefaultAsync(q => q.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Organization quota");

    private IQueryable<OrganizationQuota> Visible()
    {
        if (access.SeesAll) return db.OrganizationQuotas;
        var visible = access.VisibleOrganizations();
        return db.OrganizationQuotas.Where(q => db.Organizations.Any(o => o.QuotaGuid == q.Guid && visible.Contains(o.Guid)));
    }

    private async Task<IReadOnlyList<object>> PresentAsync(IReadOnlyList<OrganizationQuota> quotas, CancellationToken cancellationToken)
    {
        var guids = quotas.Select(q => q.Guid).ToList();
        var visible = access.VisibleOrganizations();
        var organizations = (await db.Organizations.Where(o => guids.Contains(o.QuotaGuid) && visible.Contains(o.Guid))
            .Select(o => new { o.Guid, o.QuotaGuid }).ToListAsync(cancellationToken)).ToLookup(o => o.QuotaGuid, o => o.Guid);
        return [.. quotas.Select(q =>
        {
            var limits = QuotaLimits.Of(q);
            return (object)new
            {
                q.Guid, q.CreatedAt, q.UpdatedAt, q.Name, limits.Apps, limits.Services, limits.Routes, Domains = new { q.TotalDomains },
                Relationships = new { Organizations = Relationships.To(organizations[q.Guid]) },
                Links = new { Self = links.To($"/v3/organization_quotas/{q.Guid}") },
            };
        })];
    }
}
