using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Domains;

internal sealed partial class DomainEndpoints(CloudControllerDbContext db, DomainStore store, Access access, Pager pager, JobQueue jobs, CloudControllerOptions options)
{
    public Task<IResult> ListAsync(ApiCall call) => ListAsync(call, store.Visible());

    public async Task<IResult> ListOfOrganizationAsync(ApiCall call)
    {
        await RequireOrganizationAsync(call, AccessLevel.Read);
        return await ListAsync(call, store.UsableBy(call.Guid));
    }

    public async Task<IResult> GetDefaultAsync(ApiCall call)
    {
        await RequireOrganizationAsync(call, AccessLevel.Read);
        var domain = await store.DefaultOfAsync(call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Domain");
        return Answer.Ok(await store.PresentAsync(domain, call.Cancelled));
    }

    public async Task<IResult> GetAsync(ApiCall call) => Answer.Ok(await store.PresentAsync(await FindAsync(call), call.Cancelled));

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = body.String("name", required: true, minLength: 3, maxLength: 253)?.ToLowerInvariant();
        if (name is not null && !DomainPattern().IsMatch(name))
            body.Fail("name", "does not comply with RFC 1035 standards");
        var isInternal = body.Boolean("internal") ?? false;
        var group = body.Object("router_group")?.String("guid", required: true);
        var relationships = body.Object("relationships");
        var owner = relationships?.ToOne("organization", required: false);
        var sharedWith = relationships?.ToMany("shared_organizations", required: false) ?? [];
        var metadata = MetadataPatch.Read(body);
        if (isInternal && owner is not null) body.Fail("Can not associate an internal domain with an organization");
        if (isInternal && group is not null) body.Fail("Internal domains cannot be associated to a router group.");
        if (owner is not null && group is not null) body.Fail("Domains scoped to an organization cannot be associated to a router group.");
        if (owner is null && sharedWith.Count > 0) body.Fail("Can not create a shared domain without an owning organization");
        body.ThrowIfInvalid();
        if (owner is null) access.RequireAdmin();
        if (group is not null && options.RouterGroups.All(g => g.Id != group)) throw ApiErrors.Unprocessable($"Router group with guid '{group}' not found.");
        foreach (var organization in sharedWith.Prepend(owner).OfType<string>()) await RequireWritableOrganizationAsync(organization, call.Cancelled);

        await RequireFreeAsync(name!, owner, call.Cancelled);
        var domain = new Domain { Name = name!, Internal = isInternal, OrganizationGuid = owner, RouterGroupGuid = group };
        metadata.ApplyTo(domain);
        db.Domains.Add(domain);
        foreach (var organization in sharedWith.Distinct()) db.DomainShares.Add(new DomainShare { DomainGuid = domain.Guid, OrganizationGuid = organization });
        await db.SaveUniqueAsync(() => InUse(name!), call.Cancelled);
        return Answer.Created(await store.PresentAsync(domain, call.Cancelled));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        var domain = await FindAsync(call);
        await RequireWritableAsync(domain, call.Cancelled);
        metadata.ApplyTo(domain);
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.Ok(await store.PresentAsync(domain, call.Cancelled));
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var domain = await FindAsync(call);
        await RequireWritableAsync(domain, call.Cancelled);
        if (await db.DomainShares.AnyAsync(s => s.DomainGuid == domain.Guid, call.Cancelled))
            throw ApiErrors.Unprocessable("This domain is shared with other organizations. Unshare before deleting.");
        return jobs.Accepted(await jobs.EnqueueAsync("domain.delete", domain.Guid, ("domain", domain.Guid), call.Cancelled));
    }

    public async Task<IResult> ShareAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var guids = body.Data();
        body.ThrowIfInvalid();
        var domain = await FindAsync(call);
        await RequireWritableAsync(domain, call.Cancelled);
        if (domain.OrganizationGuid is null) throw ApiErrors.Unprocessable("Domains can not be shared with other organizations unless they are scoped to an organization.");
        var already = await db.DomainShares.Where(s => s.DomainGuid == domain.Guid).Select(s => s.OrganizationGuid).ToListAsync(call.Cancelled);
        foreach (var organization in guids!.Distinct().Except(already).Where(g => g != domain.OrganizationGuid))
        {
            await RequireWritableOrganizationAsync(organization, call.Cancelled);
            db.DomainShares.Add(new DomainShare { DomainGuid = domain.Guid, OrganizationGuid = organization });
            already.Add(organization);
        }
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.Ok(new RelationshipResponse(Relationships.To(already).Data));
    }

    public async Task<IResult> UnshareAsync(ApiCall call)
    {
        var domain = await FindAsync(call);
        await RequireWritableAsync(domain, call.Cancelled);
        var organization = call.Path("organization");
        var removed = await db.DomainShares.Where(s => s.DomainGuid == domain.Guid && s.OrganizationGuid == organization).ExecuteDeleteAsync(call.Cancelled);
        return removed == 1
            ? Answer.NoContent()
            : throw ApiErrors.Unprocessable("Unable to unshare domain from organization with name. Ensure the domain is shared to this organization.");
    }

    private async Task<IResult> ListAsync(ApiCall call, IQueryable<Domain> rows)
    {
        var query = call.ReadListQuery("names", "organization_guids", "label_selector");
        if (query.Values("names") is { } names)
        {
            var lower = names.Select(n => n.ToLowerInvariant()).ToList();
            rows = rows.Where(d => lower.Contains(d.Name));
        }
        if (query.Values("organization_guids") is { } organizations) rows = rows.Where(d => organizations.Contains(d.OrganizationGuid!));
        var page = await pager.ReadAsync(rows.AsNoTracking(), query, call.Cancelled);
        return Answer.Ok(pager.Present(query, page.Total, await store.PresentAsync(page.Rows, call.Cancelled)));
    }

    private async Task<Domain> FindAsync(ApiCall call) =>
        await store.Visible().SingleOrDefaultAsync(d => d.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Domain");

    private async Task RequireOrganizationAsync(ApiCall call, AccessLevel wanted)
    {
        Access.Require(await access.ToOrganizationAsync(call.Guid, call.Cancelled), wanted, "Organization");
        if (!await db.Organizations.AnyAsync(o => o.Guid == call.Guid, call.Cancelled)) throw ApiErrors.ResourceNotFound("Organization");
    }

    private async Task RequireWritableAsync(Domain domain, CancellationToken cancellationToken)
    {
        if (domain.OrganizationGuid is null) access.RequireAdmin();
        else Access.Require(await access.ToOrganizationAsync(domain.OrganizationGuid, cancellationToken), AccessLevel.Write, "Domain");
    }

    private async Task RequireWritableOrganizationAsync(string guid, CancellationToken cancellationToken)
    {
        var granted = await access.ToOrganizationAsync(guid, cancellationToken);
        if (granted == AccessLevel.None || !await db.Organizations.AnyAsync(o => o.Guid == guid, cancellationToken))
            throw ApiErrors.Unprocessable($"Organization with guid '{guid}' does not exist or you do not have access to it.");
        Access.Require(granted, AccessLevel.Write, "Organization");
        await access.RequireActiveAsync(guid, cancellationToken);
    }

    /// <summary>A domain below another organization's would let one take the other's host names; so would one that is a route already.</summary>
    private async Task RequireFreeAsync(string name, string? owner, CancellationToken cancellationToken)
    {
        if (await db.Domains.AnyAsync(d => d.Name == name, cancellationToken)) throw InUse(name);
        var parents = name.Split('.').Select((_, i) => string.Join('.', name.Split('.').Skip(i + 1))).Where(p => p.Length > 0).ToList();
        if (owner is not null && await db.Domains.AnyAsync(d => parents.Contains(d.Name) && d.OrganizationGuid != null && d.OrganizationGuid != owner, cancellationToken))
            throw ApiErrors.Unprocessable($"The domain name \"{name}\" cannot be created because \"{name}\" is already reserved by another domain");
        var (host, parent) = (name.Split('.')[0], parents[0]);
        if (await db.Routes.AnyAsync(r => r.Host == host && db.Domains.Any(d => d.Guid == r.DomainGuid && d.Name == parent), cancellationToken))
            throw ApiErrors.Unprocessable($"The domain name \"{name}\" cannot be created because \"{name}\" is already reserved by a route");
    }

    private static ApiException InUse(string name) => ApiErrors.Unprocessable($"The domain name \"{name}\" is already in use");

    [GeneratedRegex(@"^(([a-z0-9]|[a-z0-9][a-z0-9\-]{0,61}[a-z0-9])\.)+([a-z0-9]|[a-z0-9][a-z0-9\-]{0,61}[a-z0-9])$")]
    private static partial Regex DomainPattern();
}
