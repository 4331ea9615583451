using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Hosting;
using Tatara.CloudController.Jobs;

namespace Tatara.CloudController.Quotas;

/// <summary>The job behind DELETE /v3/organization_quotas/GUID.</summary>
internal sealed class OrganizationQuotaDeletion(CloudControllerDbContext db) : IJobHandler
{
    public Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        return db.OrganizationQuotas.Where(q => q.Guid == guid && !db.Organizations.Any(o => o.QuotaGuid == guid)).ExecuteDeleteAsync(cancellationToken);
    }
}

/// <summary>The job behind DELETE /v3/space_quotas/GUID; its spaces have none from then on.</summary>
internal sealed class SpaceQuotaDeletion(CloudControllerDbContext db) : IJobHandler
{
    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        await db.Spaces.Where(s => s.QuotaGuid == guid).ExecuteUpdateAsync(s => s.SetProperty(x => x.QuotaGuid, (string?)null), cancellationToken);
        await db.SpaceQuotas.Where(q => q.Guid == guid).ExecuteDeleteAsync(cancellationToken);
    }
}

internal static class QuotaFeature
{
    public static void AddQuotas(this IServiceCollection services) => services
        .AddScoped<QuotaGuard>()
        .AddScoped<ISeed, QuotaSeed>()
        .AddEndpoints<OrganizationQuotaEndpoints>()
        .AddEndpoints<SpaceQuotaEndpoints>()
        .AddJobHandler<OrganizationQuotaDeletion>("organization_quota.delete")
        .AddJobHandler<SpaceQuotaDeletion>("space_quota.delete");

    public static void MapQuotas(this IEndpointRouteBuilder routes)
    {
        routes.Endpoints<OrganizationQuotaEndpoints>()
            .Get("/v3/organization_quotas", (e, call) => e.ListAsync(call))
            .Post("/v3/organization_quotas", (e, call) => e.CreateAsync(call))
            .Get("/v3/organization_quotas/{guid}", (e, call) => e.GetAsync(call))
            .Patch("/v3/organization_quotas/{guid}", (e, call) => e.UpdateAsync(call))
            .Delete("/v3/organization_quotas/{guid}", (e, call) => e.DeleteAsync(call))
            .Post("/v3/organization_quotas/{guid}/relationships/organizations", (e, call) => e.ApplyToAsync(call));
        routes.Endpoints<SpaceQuotaEndpoints>()
            .Get("/v3/space_quotas", (e, call) => e.ListAsync(call))
            .Post("/v3/space_quotas", (e, call) => e.CreateAsync(call))
            .Get("/v3/space_quotas/{guid}", (e, call) => e.GetAsync(call))
            .Patch("/v3/space_quotas/{guid}", (e, call) => e.UpdateAsync(call))
            .Delete("/v3/space_quotas/{guid}", (e, call) => e.DeleteAsync(call))
            .Post("/v3/space_quotas/{guid}/relationships/spaces", (e, call) => e.ApplyToAsync(call))
            .Delete("/v3/space_quotas/{guid}/relationships/spaces/{space}", (e, call) => e.RemoveFromAsync(call));
    }
}
