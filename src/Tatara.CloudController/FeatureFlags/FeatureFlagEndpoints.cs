using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.FeatureFlags;

internal sealed class FeatureFlagEndpoints(CloudControllerDbContext db, FeatureFlagStore store, Access access, Pager pager, Links links)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery();
        var set = await db.FeatureFlags.AsNoTracking().ToDictionaryAsync(f => f.Name, call.Cancelled);
        var all = FeatureFlagStore.Names.Select(n => set.GetValueOrDefault(n) ?? FeatureFlagStore.Default(n)).ToList();
        return Answer.Ok(pager.Present(query, all.Count, [.. all.Skip((query.Page - 1) * query.PerPage).Take(query.PerPage).Select(Present)]));
    }

    public async Task<IResult> GetAsync(ApiCall call)
    {
        var name = ExistingName(call);
        return Answer.Ok(Present(await store.FindAsync(name, call.Cancelled) ?? FeatureFlagStore.Default(name)));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var enabled = body.Boolean("enabled");
        var message = body.String("custom_error_message", maxLength: 250);
        body.ThrowIfInvalid();
        var name = ExistingName(call);
        access.RequireAdmin();

        var flag = await store.FindAsync(name, call.Cancelled);
        if (flag is null)
        {
            flag = FeatureFlagStore.Default(name);
            db.FeatureFlags.Add(flag);
        }
        flag.Enabled = enabled ?? flag.Enabled;
        if (body.Has("custom_error_message")) flag.CustomErrorMessage = message;
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.Ok(Present(flag));
    }

    private static string ExistingName(ApiCall call) =>
        FeatureFlagStore.Exists(call.Path("name")) ? call.Path("name") : throw ApiErrors.ResourceNotFound("Feature flag");

    private object Present(FeatureFlag flag) => new
    {
        flag.Name,
        flag.Enabled,
        UpdatedAt = flag.Id == 0 ? (DateTimeOffset?)null : flag.UpdatedAt,
        flag.CustomErrorMessage,
        Links = new { Self = links.To($"/v3/feature_flags/{flag.Name}") },
    };
}

internal static class FeatureFlagFeature
{
    public static void AddFeatureFlags(this IServiceCollection services) => services.AddScoped<FeatureFlagStore>().AddEndpoints<FeatureFlagEndpoints>();

    public static void MapFeatureFlags(this IEndpointRouteBuilder routes) => routes.Endpoints<FeatureFlagEndpoints>()
        .Get("/v3/feature_flags", (e, call) => e.ListAsync(call))
        .Get("/v3/feature_flags/{name}", (e, call) => e.GetAsync(call))
        .Patch("/v3/feature_flags/{name}", (e, call) => e.UpdateAsync(call));
}
