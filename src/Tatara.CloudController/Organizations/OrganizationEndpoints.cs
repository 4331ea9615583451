using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.FeatureFlags;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Quotas;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Organizations;

internal sealed class OrganizationEndpoints(
    CloudControllerDbContext db, Access access, Pager pager, Links links, EventRecorder events, JobQueue jobs, FeatureFlagStore flags)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery("names", "label_selector");
        var visible = access.VisibleOrganizations();
        var rows = db.Organizations.AsNoTracking().Where(o => visible.Contains(o.Guid));
        if (query.Values("names") is { } names) rows = rows.Where(o => names.Contains(o.Name));
        return Answer.Ok(await pager.ListAsync(rows, query, o => OrganizationResponse.From(o, links), call.Cancelled, "name"));
    }

    public async Task<IResult> GetAsync(ApiCall call)
    {
        var organization = await FindAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        return Answer.Ok(OrganizationResponse.From(organization, links));
    }

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = ReadName(body, required: true);
        var suspended = body.Boolean("suspended") ?? false;
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        if (!access.IsAdmin && !await flags.IsEnabledAsync("user_org_creation", call.Cancelled)) throw ApiErrors.NotAuthorized();

        var quota = await db.OrganizationQuotas.SingleAsync(q => q.Name == QuotaSeed.DefaultName, call.Cancelled);
        var organization = new Organization { Name = name!, Suspended = suspended, QuotaGuid = quota.Guid };
        metadata.ApplyTo(organization);
        db.Organizations.Add(organization);
        if (!access.IsAdmin) AddCreatorRoles(organization, call.Caller.Guid);
        Record("audit.organization.create", organization, body);
        await db.SaveUniqueAsync(() => Taken(name!), call.Cancelled);
        return Answer.Created(OrganizationResponse.From(organization, links));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = ReadName(body, required: false);
        var suspended = body.Boolean("suspended");
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        var organization = await FindAsync(call.Guid, AccessLevel.Write, call.Cancelled);
        if (suspended is not null) access.RequireAdmin();
        await access.RequireActiveAsync(organization.Guid, call.Cancelled);

        organization.Name = name ?? organization.Name;
        organization.Suspended = suspended ?? organization.Suspended;
        metadata.ApplyTo(organization);
        Record("audit.organization.update", organization, body);
        await db.SaveUniqueAsync(() => Taken(name!), call.Cancelled);
        return Answer.Ok(OrganizationResponse.From(organization, links));
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var organization = await FindAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        access.RequireAdmin();
        Record("audit.organization.delete-request", organization, null);
        var job = await jobs.EnqueueAsync("organization.delete", organization.Guid, ("organization", organization.Guid), call.Cancelled);
        return jobs.Accepted(job);
    }

    /// <summary>There are no isolation segments, so none is the default.</summary>
    public async Task<IResult> GetDefaultIsolationSegmentAsync(ApiCall call)
    {
        var organization = await FindAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        return Answer.Ok(new RelationshipResponse(null, new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/organizations/{organization.Guid}/relationships/default_isolation_segment"),
        }));
    }

    public async Task<IResult> GetUsageAsync(ApiCall call)
    {
        var organization = await FindAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        var usage = await QuotaUsage.OfOrganizationAsync(db, organization.Guid, null, call.Cancelled);
        return Answer.Ok(new
        {
            UsageSummary = new { StartedInstances = usage.Instances, MemoryInMb = usage.MemoryMb, Routes = usage.Routes },
            Links = new
            {
                Self = links.To($"/v3/organizations/{organization.Guid}/usage_summary"),
                Organization = links.To($"/v3/organizations/{organization.Guid}"),
            },
        });
    }

    private async Task<Organization> FindAsync(string guid, AccessLevel wanted, CancellationToken cancellationToken)
    {
        Access.Require(await access.ToOrganizationAsync(guid, cancellationToken), wanted, "Organization");
        return await db.Organizations.SingleOrDefaultAsync(o => o.Guid == guid, cancellationToken) ?? throw ApiErrors.ResourceNotFound("Organization");
    }

    private static string? ReadName(Body body, bool required)
    {
        var name = body.String("name", required, minLength: 1, maxLength: 255);
        if (name?.Any(char.IsControl) == true) body.Fail("name", "must contain valid characters");
        return name;
    }

    private static ApiException Taken(string name) => ApiErrors.Unprocessable($"Organization '{name}' already exists.");

    private void AddCreatorRoles(Organization organization, string userGuid)
    {
        foreach (var type in new[] { RoleTypes.OrganizationUser, RoleTypes.OrganizationManager })
            db.Roles.Add(new RoleAssignment { Type = type, UserGuid = userGuid, OrganizationGuid = organization.Guid });
    }

    private void Record(string type, Organization organization, Body? body) => events.Record(
        type, new EventSubject(organization.Guid, "organization", organization.Name), null, organization.Guid, body is null ? null : new { Request = body.Raw });
}

internal static class OrganizationFeature
{
    public static void AddOrganizations(this IServiceCollection services) => services
        .AddEndpoints<OrganizationEndpoints>()
        .AddJobHandler<OrganizationDeletion>("organization.delete");

    public static void MapOrganizations(this IEndpointRouteBuilder routes) => routes.Endpoints<OrganizationEndpoints>()
        .Get("/v3/organizations", (e, call) => e.ListAsync(call))
        .Post("/v3/organizations", (e, call) => e.CreateAsync(call))
        .Get("/v3/organizations/{guid}", (e, call) => e.GetAsync(call))
        .Patch("/v3/organizations/{guid}", (e, call) => e.UpdateAsync(call))
        .Delete("/v3/organizations/{guid}", (e, call) => e.DeleteAsync(call))
        .Get("/v3/organizations/{guid}/usage_summary", (e, call) => e.GetUsageAsync(call))
        .Get("/v3/organizations/{guid}/relationships/default_isolation_segment", (e, call) => e.GetDefaultIsolationSegmentAsync(call));
}
