using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Hosting;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Stacks;

/// <summary>Stacks come from the machines' root filesystems, so they can be looked at and labelled, not made here.</summary>
internal sealed class StackEndpoints(CloudControllerDbContext db, Access access, Pager pager, Links links, CloudControllerOptions options)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery("names", "default", "label_selector");
        var rows = db.Stacks.AsNoTracking();
        if (query.Values("names") is { } names) rows = rows.Where(s => names.Contains(s.Name));
        if (query.Values("default") is { } isDefault) rows = rows.Where(s => s.Name == options.DefaultStack == (isDefault[0] == "true"));
        return Answer.Ok(await pager.ListAsync(rows, query, Present, call.Cancelled, "name"));
    }

    public async Task<IResult> GetAsync(ApiCall call) => Answer.Ok(Present(await FindAsync(call)));

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        var stack = await FindAsync(call);
        access.RequireAdmin();
        metadata.ApplyTo(stack);
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.Ok(Present(stack));
    }

    private async Task<Stack> FindAsync(ApiCall call) =>
        await db.Stacks.SingleOrDefaultAsync(s => s.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Stack");

    private object Present(Stack stack) => new
    {
        stack.Guid,
        stack.CreatedAt,
        stack.UpdatedAt,
        stack.Name,
        stack.Description,
        BuildRootfsImage = stack.Name,
        RunRootfsImage = stack.Name,
        Default = stack.Name == options.DefaultStack,
        Metadata = MetadataResponse.Of(stack),
        Links = new { Self = links.To($"/v3/stacks/{stack.Guid}") },
    };
}

/// <summary>The default stack. Further names of it are resolved where an app names one.</summary>
internal sealed class StackSeed(CloudControllerDbContext db, CloudControllerOptions options) : ISeed
{
    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        if (await db.Stacks.AnyAsync(s => s.Name == options.DefaultStack, cancellationToken)) return;
        db.Stacks.Add(new Stack { Name = options.DefaultStack, Description = "Debian root filesystem of Tatara" });
        await db.SaveChangesAsync(cancellationToken);
    }
}

internal static class StackFeature
{
    public static void AddStacks(this IServiceCollection services) => services.AddScoped<ISeed, StackSeed>().AddEndpoints<StackEndpoints>();

    public static void MapStacks(this IEndpointRouteBuilder routes) => routes.Endpoints<StackEndpoints>()
        .Get("/v3/stacks", (e, call) => e.ListAsync(call))
        .Get("/v3/stacks/{guid}", (e, call) => e.GetAsync(call))
        .Patch("/v3/stacks/{guid}", (e, call) => e.UpdateAsync(call));
}
