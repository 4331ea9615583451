using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.NetworkPolicies;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.SecurityGroups;

/// <summary>/v3/security_groups: administrators make them, everyone sees those that hold for their spaces.</summary>
internal sealed class SecurityGroupEndpoints(
    CloudControllerDbContext db, Access access, Pager pager, SecurityGroupResponse response, SecurityGroupBindings bindings, JobQueue jobs, NetworkNews news)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery(
            "names", "running_space_guids", "staging_space_guids", "globally_enabled_running", "globally_enabled_staging");
        var rows = Filtered(bindings.Visible(), query);
        if (query.Values("running_space_guids") is { } running) rows = rows.Where(Bound(running, SecurityPhase.Running));
        if (query.Values("staging_space_guids") is { } staging) rows = rows.Where(Bound(staging, SecurityPhase.Staging));
        if (Flag(query, "globally_enabled_running") is { } runningDefault) rows = rows.Where(g => g.RunningDefault == runningDefault);
        if (Flag(query, "globally_enabled_staging") is { } stagingDefault) rows = rows.Where(g => g.StagingDefault == stagingDefault);
        return await ListAsync(rows, query, call);
    }

    /// <summary>Those that hold for one space: bound to it, or for all.</summary>
    public async Task<IResult> ListOfSpaceAsync(ApiCall call, SecurityPhase phase)
    {
        var query = call.ReadListQuery("names");
        Access.Require(await access.ToSpaceAsync(call.Guid, call.Cancelled), AccessLevel.Read, "Space");
        if (!await db.Spaces.AnyAsync(s => s.Guid == call.Guid, call.Cancelled)) throw ApiErrors.ResourceNotFound("Space");
        return await ListAsync(Filtered(bindings.OfSpace(call.Guid, phase), query), query, call);
    }

    public async Task<IResult> GetAsync(ApiCall call) => Answer.Ok(await response.OfAsync(await FindAsync(call), call.Cancelled));

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        access.RequireAdmin();
        var body = await call.ReadBodyAsync();
        var group = new SecurityGroup { Name = body.String("name", required: true, maxLength: 250) ?? "", Rules = SecurityRuleReader.Read(body) ?? [] };
        ReadDefaults(body, group);
        var relationships = body.Object("relationships");
        var running = relationships?.ToMany("running_spaces", required: false) ?? [];
        var staging = relationships?.ToMany("staging_spaces", required: false) ?? [];
        body.ThrowIfInvalid();
        db.SecurityGroups.Add(group);
        await bindings.AddAsync(group, running, SecurityPhase.Running, call.Cancelled);
        await bindings.AddAsync(group, staging, SecurityPhase.Staging, call.Cancelled);
        await db.SaveUniqueAsync(() => Taken(group.Name), call.Cancelled);
        await news.ChangedAsync(call.Cancelled);
        return Answer.Created(await response.OfAsync(group, call.Cancelled));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var group = await FindAsync(call);
        access.RequireAdmin();
        var body = await call.ReadBodyAsync();
        group.Name = body.String("name", minLength: 1, maxLength: 250) ?? group.Name;
        group.Rules = SecurityRuleReader.Read(body) ?? group.Rules;
        ReadDefaults(body, group);
        body.ThrowIfInvalid();
        await db.SaveUniqueAsync(() => Taken(group.Name), call.Cancelled);
        await news.ChangedAsync(call.Cancelled);
        return Answer.Ok(await response.OfAsync(group, call.Cancelled));
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var group = await FindAsync(call);
        access.RequireAdmin();
        return jobs.Accepted(await jobs.EnqueueAsync(SecurityGroupDeletion.Kind, group.Guid, ("security_group", group.Guid), call.Cancelled));
    }

    public async Task<IResult> BindAsync(ApiCall call, SecurityPhase phase)
    {
        var group = await FindAsync(call);
        var body = await call.ReadBodyAsync();
        var spaces = body.Data();
        body.ThrowIfInvalid();
        foreach (var space in spaces!) await RequireSpaceAsync(space, call.Cancelled);
        await bindings.AddAsync(group, spaces, phase, call.Cancelled);
        await db.SaveChangesAsync(call.Cancelled);
        await news.ChangedAsync(call.Cancelled);
        return Answer.Ok(await response.RelationshipAsync(group, phase, call.Cancelled));
    }

    public async Task<IResult> UnbindAsync(ApiCall call, SecurityPhase phase)
    {
        var group = await FindAsync(call);
        var space = call.Path("space");
        await RequireSpaceAsync(space, call.Cancelled);
        var removed = await db.SecurityGroupBindings.Where(b => b.GroupGuid == group.Guid && b.SpaceGuid == space && b.Phase == phase).ExecuteDeleteAsync(call.Cancelled);
        if (removed == 0)
            throw ApiErrors.Unprocessable($"Unable to unbind security group from space with guid '{space}'. Ensure the space is bound to this security group.");
        await news.ChangedAsync(call.Cancelled);
        return Answer.NoContent();
    }

    private async Task<IResult> ListAsync(IQueryable<SecurityGroup> rows, ListQuery query, ApiCall call)
    {
        var page = await pager.ReadAsync(rows.AsNoTracking(), query, call.Cancelled);
        return Answer.Ok(pager.Present(query, page.Total, await response.OfAsync(page.Rows, call.Cancelled)));
    }

    private static IQueryable<SecurityGroup> Filtered(IQueryable<SecurityGroup> rows, ListQuery query) =>
        query.Values("names") is { } names ? rows.Where(g => names.Contains(g.Name)) : rows;

    private System.Linq.Expressions.Expression<Func<SecurityGroup, bool>> Bound(IReadOnlyList<string> spaces, SecurityPhase phase) =>
        g => db.SecurityGroupBindings.Any(b => b.GroupGuid == g.Guid && b.Phase == phase && spaces.Contains(b.SpaceGuid));

    private static bool? Flag(ListQuery query, string name) => query.Values(name) switch
    {
        null => null,
        ["true"] => true,
        ["false"] => false,
        _ => throw ApiErrors.BadQueryParameter($"{name} must be 'true' or 'false'"),
    };

    private static void ReadDefaults(Body body, SecurityGroup group)
    {
        var enabled = body.Object("globally_enabled");
        group.RunningDefault = enabled?.Boolean("running") ?? group.RunningDefault;
        group.StagingDefault = enabled?.Boolean("staging") ?? group.StagingDefault;
    }

    /// <summary>Space managers bind groups to their spaces. Spaces that are not there are complained about by name later.</summary>
    private async Task RequireSpaceAsync(string space, CancellationToken cancellationToken)
    {
        if (await access.ToSpaceAsync(space, cancellationToken) == AccessLevel.Read) throw ApiErrors.NotAuthorized();
    }

    private static ApiException Taken(string name) => ApiErrors.Unprocessable($"Security group with name '{name}' already exists.");

    private async Task<SecurityGroup> FindAsync(ApiCall call) =>
        await bindings.Visible().SingleOrDefaultAsync(g => g.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Security group");
}
