using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Hosting;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Routes;

namespace Tatara.CloudController.Domains;

/// <summary>The job behind DELETE /v3/domains/GUID; its routes go with it.</summary>
internal sealed class DomainDeletion(CloudControllerDbContext db, RouteMapper mapper) : IJobHandler
{
    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        if (await db.Domains.SingleOrDefaultAsync(d => d.Guid == guid, cancellationToken) is not { } domain) return;
        foreach (var route in await db.Routes.Where(r => r.DomainGuid == guid).ToListAsync(cancellationToken)) await mapper.RemoveRouteAsync(route, cancellationToken);
        db.Domains.Remove(domain);
        await db.SaveChangesAsync(cancellationToken);
    }
}

internal static class DomainFeature
{
    public static void AddDomains(this IServiceCollection services) => services
        .AddScoped<DomainStore>()
        .AddScoped<ISeed, DomainSeed>()
        .AddEndpoints<DomainEndpoints>()
        .AddJobHandler<DomainDeletion>("domain.delete");

    public static void MapDomains(this IEndpointRouteBuilder routes) => routes.Endpoints<DomainEndpoints>()
        .Get("/v3/domains", (e, call) => e.ListAsync(call))
        .Post("/v3/domains", (e, call) => e.CreateAsync(call))
        .Get("/v3/domains/{guid}", (e, call) => e.GetAsync(call))
        .Patch("/v3/domains/{guid}", (e, call) => e.UpdateAsync(call))
        .Delete("/v3/domains/{guid}", (e, call) => e.DeleteAsync(call))
        .Post("/v3/domains/{guid}/relationships/shared_organizations", (e, call) => e.ShareAsync(call))
        .Delete("/v3/domains/{guid}/relationships/shared_organizations/{organization}", (e, call) => e.UnshareAsync(call))
        .Get("/v3/organizations/{guid}/domains", (e, call) => e.ListOfOrganizationAsync(call))
        .Get("/v3/organizations/{guid}/domains/default", (e, call) => e.GetDefaultAsync(call));
}
