using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Environments;

internal sealed class EnvironmentGroupEndpoints(CloudControllerDbContext db, Access access, Links links)
{
    public async Task<IResult> GetAsync(ApiCall call)
    {
        var name = ExistingName(call);
        return Answer.Ok(Present(await FindAsync(name, call.Cancelled) ?? new EnvironmentVariableGroup { Name = name }));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var changes = EnvironmentRequest.Read(body, "var", required: true);
        body.ThrowIfInvalid();
        var name = ExistingName(call);
        access.RequireAdmin();

        var group = await FindAsync(name, call.Cancelled);
        if (group is null)
        {
            group = new EnvironmentVariableGroup { Name = name };
            db.EnvironmentVariableGroups.Add(group);
        }
        group.Variables = EnvironmentRequest.Merge(group.Variables, changes);
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.Ok(Present(group));
    }

    private static string ExistingName(ApiCall call) =>
        call.Path("name") is EnvironmentGroups.Running or EnvironmentGroups.Staging ? call.Path("name") : throw ApiErrors.ResourceNotFound("Environment variable group");

    private Task<EnvironmentVariableGroup?> FindAsync(string name, CancellationToken cancellationToken) =>
        db.EnvironmentVariableGroups.SingleOrDefaultAsync(g => g.Name == name, cancellationToken);

    private object Present(EnvironmentVariableGroup group) => new
    {
        UpdatedAt = group.Id == 0 ? (DateTimeOffset?)null : group.UpdatedAt,
        group.Name,
        Var = group.Variables,
        Links = new { Self = links.To($"/v3/environment_variable_groups/{group.Name}") },
    };
}

internal static class EnvironmentGroupFeature
{
    public static void AddEnvironmentGroups(this IServiceCollection services) => services.AddEndpoints<EnvironmentGroupEndpoints>();

    public static void MapEnvironmentGroups(this IEndpointRouteBuilder routes) => routes.Endpoints<EnvironmentGroupEndpoints>()
        .Get("/v3/environment_variable_groups/{name}", (e, call) => e.GetAsync(call))
        .Patch("/v3/environment_variable_groups/{name}", (e, call) => e.UpdateAsync(call));
}
