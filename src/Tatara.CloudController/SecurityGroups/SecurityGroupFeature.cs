using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Hosting;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.NetworkPolicies;

namespace Tatara.CloudController.SecurityGroups;

/// <summary>The job behind DELETE /v3/security_groups/GUID.</summary>
internal sealed class SecurityGroupDeletion(CloudControllerDbContext db, NetworkNews news) : IJobHandler
{
    public const string Kind = "security_group.delete";

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        await db.SecurityGroups.Where(g => g.Guid == guid).ExecuteDeleteAsync(cancellationToken);
        await news.ChangedAsync(cancellationToken);
    }
}

internal static class SecurityGroupFeature
{
    public static void AddSecurityGroups(this IServiceCollection services) => services
        .AddScoped<SecurityGroupBindings>()
        .AddScoped<SecurityGroupResponse>()
        .AddScoped<ISeed, SecurityGroupSeed>()
        .AddEndpoints<SecurityGroupEndpoints>()
        .AddJobHandler<SecurityGroupDeletion>(SecurityGroupDeletion.Kind);

    public static void MapSecurityGroups(this IEndpointRouteBuilder routes) => routes.Endpoints<SecurityGroupEndpoints>()
        .Get("/v3/security_groups", (e, call) => e.ListAsync(call))
        .Post("/v3/security_groups", (e, call) => e.CreateAsync(call))
        .Get("/v3/security_groups/{guid}", (e, call) => e.GetAsync(call))
        .Patch("/v3/security_groups/{guid}", (e, call) => e.UpdateAsync(call))
        .Delete("/v3/security_groups/{guid}", (e, call) => e.DeleteAsync(call))
        .Post("/v3/security_groups/{guid}/relationships/running_spaces", (e, call) => e.BindAsync(call, SecurityPhase.Running))
        .Post("/v3/security_groups/{guid}/relationships/staging_spaces", (e, call) => e.BindAsync(call, SecurityPhase.Staging))
        .Delete("/v3/security_groups/{guid}/relationships/running_spaces/{space}", (e, call) => e.UnbindAsync(call, SecurityPhase.Running))
        .Delete("/v3/security_groups/{guid}/relationships/staging_spaces/{space}", (e, call) => e.UnbindAsync(call, SecurityPhase.Staging))
        .Get("/v3/spaces/{guid}/running_security_groups", (e, call) => e.ListOfSpaceAsync(call, SecurityPhase.Running))
        .Get("/v3/spaces/{guid}/staging_security_groups", (e, call) => e.ListOfSpaceAsync(call, SecurityPhase.Staging));
}
