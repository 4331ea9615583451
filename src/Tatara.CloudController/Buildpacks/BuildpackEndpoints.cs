using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Buildpacks;

internal sealed partial class BuildpackEndpoints(
    CloudControllerDbContext db, Access access, Pager pager, Links links, BuildpackPositions positions, JobQueue jobs, CloudControllerOptions options)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery("names", "stacks", "lifecycle", "label_selector").OrderedBy("position");
        var rows = db.Buildpacks.AsNoTracking();
        if (query.Values("names") is { } names) rows = rows.Where(b => names.Contains(b.Name));
        if (query.Values("stacks") is { } stacks) rows = rows.Where(b => stacks.Contains(b.Stack ?? ""));
        if (query.Values("lifecycle") is { } lifecycles && !lifecycles.Contains("buildpack")) rows = rows.Where(b => false);
        return Answer.Ok(await pager.ListAsync(rows, query, b => BuildpackResponse.From(b, links), call.Cancelled, "position", "name"));
    }

    public async Task<IResult> GetAsync(ApiCall call) => Answer.Ok(BuildpackResponse.From(await FindAsync(call), links));

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = ReadName(body, required: true);
        var stack = ReadStack(body);
        var position = (int?)body.Integer("position", min: 1);
        var (enabled, locked) = (body.Boolean("enabled"), body.Boolean("locked"));
        if (body.String("lifecycle") is not (null or "buildpack")) body.Fail("lifecycle", "must be buildpack");
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        access.RequireAdmin();
        await RequireStackAsync(stack, call.Cancelled);
        await RequireFreeAsync(name!, stack, null, call.Cancelled);

        var buildpack = new Buildpack { Name = name!, Stack = stack, Enabled = enabled ?? true, Locked = locked ?? false };
        metadata.ApplyTo(buildpack);
        db.Buildpacks.Add(buildpack);
        await positions.PlaceAsync(buildpack, position ?? 1, call.Cancelled);
        await db.SaveUniqueAsync(() => Taken(name!, stack), call.Cancelled);
        return Answer.Created(BuildpackResponse.From(buildpack, links));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var name = ReadName(body, required: false);
        var stack = ReadStack(body);
        var position = (int?)body.Integer("position", min: 1);
        var (enabled, locked) = (body.Boolean("enabled"), body.Boolean("locked"));
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        var buildpack = await FindAsync(call);
        access.RequireAdmin();
        if (stack is not null && stack != buildpack.Stack)
        {
            if (buildpack.Stack is not null) throw ApiErrors.Unprocessable("Buildpack stack cannot be changed");
            await RequireStackAsync(stack, call.Cancelled);
        }
        await RequireFreeAsync(name ?? buildpack.Name, stack ?? buildpack.Stack, buildpack.Guid, call.Cancelled);

        buildpack.Name = name ?? buildpack.Name;
        buildpack.Stack = stack ?? buildpack.Stack;
        buildpack.Enabled = enabled ?? buildpack.Enabled;
        buildpack.Locked = locked ?? buildpack.Locked;
        metadata.ApplyTo(buildpack);
        if (position is not null) await positions.PlaceAsync(buildpack, position, call.Cancelled);
        await db.SaveUniqueAsync(() => Taken(buildpack.Name, buildpack.Stack), call.Cancelled);
        return Answer.Ok(BuildpackResponse.From(buildpack, links));
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var buildpack = await FindAsync(call);
        access.RequireAdmin();
        return jobs.Accepted(await jobs.EnqueueAsync("buildpack.delete", buildpack.Guid, ("buildpack", buildpack.Guid), call.Cancelled));
    }

    private async Task<Buildpack> FindAsync(ApiCall call) =>
        await db.Buildpacks.SingleOrDefaultAsync(b => b.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Buildpack");

    private static string? ReadName(Body body, bool required)
    {
        var name = body.String("name", required, minLength: 1, maxLength: 250);
        if (name is not null && !NamePattern().IsMatch(name)) body.Fail("name", "can only contain alphanumeric characters, underscores, and dashes");
        return name;
    }

    private string? ReadStack(Body body) => body.String("stack", minLength: 1, maxLength: 250) is { } stack ? options.StackAliases.GetValueOrDefault(stack, stack) : null;

    private async Task RequireStackAsync(string? stack, CancellationToken cancellationToken)
    {
        if (stack is not null && !await db.Stacks.AnyAsync(s => s.Name == stack, cancellationToken)) throw ApiErrors.Unprocessable($"Stack '{stack}' does not exist");
    }

    /// <summary>The index does not see that two buildpacks without a stack have the same name.</summary>
    private async Task RequireFreeAsync(string name, string? stack, string? except, CancellationToken cancellationToken)
    {
        if (await db.Buildpacks.AnyAsync(b => b.Name == name && b.Stack == stack && b.Guid != except, cancellationToken)) throw Taken(name, stack);
    }

    private static ApiException Taken(string name, string? stack) => ApiErrors.Unprocessable(stack is null
        ? $"Buildpack with name '{name}' and an unassigned stack already exists"
        : $"Buildpack with name '{name}' and stack '{stack}' already exists");

    [GeneratedRegex(@"^[\w\-]+$", RegexOptions.ECMAScript)]
    private static partial Regex NamePattern();
}

internal sealed record BuildpackResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string? Stack, string State, string Lifecycle, string? Filename,
    int Position, bool Enabled, bool Locked, MetadataResponse Metadata, IReadOnlyDictionary<string, Link> Links)
{
    public static BuildpackResponse From(Buildpack b, Links links) => new(
        b.Guid, b.CreatedAt, b.UpdatedAt, b.Name, b.Stack, b.State, "buildpack", b.Filename, b.Position, b.Enabled, b.Locked, MetadataResponse.Of(b),
        new Dictionary<string, Link> { ["self"] = links.To($"/v3/buildpacks/{b.Guid}"), ["upload"] = links.Post($"/v3/buildpacks/{b.Guid}/upload") });
}
