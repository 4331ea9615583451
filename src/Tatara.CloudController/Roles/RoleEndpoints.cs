using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Organizations;
using Tatara.CloudController.Spaces;
using Tatara.CloudController.Users;

namespace Tatara.CloudController.Roles;

internal sealed class RoleEndpoints(CloudControllerDbContext db, Access access, Pager pager, Links links, EventRecorder events, JobQueue jobs)
{
    private const string NoRoleInOrganization = "Users cannot be assigned roles in a space if they do not have a role in that space's organization.";

    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery("types", "user_guids", "organization_guids", "space_guids", "include");
        query.AllowIncludes("user", "organization", "space");
        var rows = Visible().AsNoTracking();
        if (query.Values("types") is { } types) rows = rows.Where(r => types.Contains(r.Type));
        if (query.Values("user_guids") is { } users) rows = rows.Where(r => users.Contains(r.UserGuid));
        if (query.Values("organization_guids") is { } organizations) rows = rows.Where(r => organizations.Contains(r.OrganizationGuid!));
        if (query.Values("space_guids") is { } spaces) rows = rows.Where(r => spaces.Contains(r.SpaceGuid!));
        var page = await pager.ReadAsync(rows, query, call.Cancelled);
        return Answer.Ok(pager.Present(query, page.Total, [.. page.Rows.Select(r => RoleResponse.From(r, links))], await IncludeAsync(query, page.Rows, call.Cancelled)));
    }

    public async Task<IResult> GetAsync(ApiCall call)
    {
        call.AllowQuery("include");
        return Answer.Ok(RoleResponse.From(await FindAsync(call), links));
    }

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var request = RoleRequest.Read(await call.ReadBodyAsync());
        var role = request.SpaceGuid is null
            ? await ForOrganizationAsync(request, call.Cancelled)
            : await ForSpaceAsync(request, call.Cancelled);
        db.Roles.Add(role);
        Record("add", role);
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.Created(RoleResponse.From(role, links));
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var role = await FindAsync(call);
        if (role.SpaceGuid is not null) Access.Require(await access.ToSpaceAsync(role.SpaceGuid, call.Cancelled), AccessLevel.Write, "Role");
        else Access.Require(await access.ToOrganizationAsync(role.OrganizationGuid!, call.Cancelled), AccessLevel.Write, "Role");
        if (role.Type == RoleTypes.OrganizationUser && await HasSpaceRoleAsync(role, call.Cancelled))
            throw ApiErrors.Unprocessable("Cannot delete organization_user role while user has roles in spaces in that organization.");
        Record("remove", role);
        return jobs.Accepted(await jobs.EnqueueAsync("role.delete", role.Guid, ("role", role.Guid), call.Cancelled));
    }

    private async Task<RoleAssignment> ForOrganizationAsync(RoleRequest request, CancellationToken cancellationToken)
    {
        if (await db.Organizations.SingleOrDefaultAsync(o => o.Guid == request.OrganizationGuid, cancellationToken) is not { } organization)
            throw ApiErrors.Unprocessable("Invalid organization. Ensure that the organization exists and you have access to it.");
        if (await access.ToOrganizationAsync(organization.Guid, cancellationToken) != AccessLevel.Write) throw ApiErrors.NotAuthorized();
        await access.RequireActiveAsync(organization.Guid, cancellationToken);
        var user = await UserAsync(request, cancellationToken) ?? AddUser(request);
        if (await db.Roles.AnyAsync(r => r.Type == request.Type && r.UserGuid == user.Guid && r.OrganizationGuid == organization.Guid, cancellationToken))
            throw ApiErrors.Unprocessable($"User '{user.Username ?? user.Guid}' already has '{request.Type}' role in organization '{organization.Name}'.");
        return new RoleAssignment { Type = request.Type, UserGuid = user.Guid, OrganizationGuid = organization.Guid };
    }

    private async Task<RoleAssignment> ForSpaceAsync(RoleRequest request, CancellationToken cancellationToken)
    {
        if (await db.Spaces.SingleOrDefaultAsync(s => s.Guid == request.SpaceGuid, cancellationToken) is not { } space)
            throw ApiErrors.Unprocessable("Invalid space. Ensure that the space exists and you have access to it.");
        if (await access.ToSpaceAsync(space.Guid, cancellationToken) != AccessLevel.Write) throw ApiErrors.NotAuthorized();
        await access.RequireActiveAsync(space.OrganizationGuid, cancellationToken);
        var user = await UserAsync(request, cancellationToken) ?? throw ApiErrors.Unprocessable(NoRoleInOrganization);
        if (!await db.Roles.AnyAsync(r => r.UserGuid == user.Guid && r.OrganizationGuid == space.OrganizationGuid, cancellationToken))
            throw ApiErrors.Unprocessable(NoRoleInOrganization);
        if (await db.Roles.AnyAsync(r => r.Type == request.Type && r.UserGuid == user.Guid && r.SpaceGuid == space.Guid, cancellationToken))
            throw ApiErrors.Unprocessable($"User '{user.Username ?? user.Guid}' already has '{request.Type}' role in space '{space.Name}'.");
        return new RoleAssignment { Type = request.Type, UserGuid = user.Guid, SpaceGuid = space.Guid };
    }

    private Task<User?> UserAsync(RoleRequest request, CancellationToken cancellationToken) => request.UserGuid is not null
        ? db.Users.SingleOrDefaultAsync(u => u.Guid == request.UserGuid, cancellationToken)
        : db.Users.Where(u => u.Username == request.Username && (request.Origin == null || u.Origin == request.Origin)).OrderBy(u => u.Id).FirstOrDefaultAsync(cancellationToken);

    /// <summary>A guid may be given before the user was ever seen; a name may not.</summary>
    private User AddUser(RoleRequest request)
    {
        if (request.UserGuid is null)
        {
            throw ApiErrors.Unprocessable(request.Origin is null
                ? $"No user exists with the username '{request.Username}'."
                : $"No user exists with the username '{request.Username}' and origin '{request.Origin}'.");
        }
        var user = new User { Guid = request.UserGuid };
        db.Users.Add(user);
        return user;
    }

    private Task<bool> HasSpaceRoleAsync(RoleAssignment role, CancellationToken cancellationToken) => db.Roles.AnyAsync(
        r => r.UserGuid == role.UserGuid && db.Spaces.Any(s => s.Guid == r.SpaceGuid && s.OrganizationGuid == role.OrganizationGuid), cancellationToken);

    private async Task<RoleAssignment> FindAsync(ApiCall call) =>
        await Visible().SingleOrDefaultAsync(r => r.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Role");

    private IQueryable<RoleAssignment> Visible()
    {
        if (access.SeesAll) return db.Roles;
        var (organizations, spaces) = (access.VisibleOrganizations(), access.VisibleSpaces());
        return db.Roles.Where(r => organizations.Contains(r.OrganizationGuid!) || spaces.Contains(r.SpaceGuid!));
    }

    private async Task<object?> IncludeAsync(ListQuery query, IReadOnlyList<RoleAssignment> roles, CancellationToken cancellationToken)
    {
        var included = new Dictionary<string, object>();
        if (query.Includes("user"))
        {
            var guids = roles.Select(r => r.UserGuid).Distinct().ToList();
            included["users"] = (await db.Users.Where(u => guids.Contains(u.Guid)).ToListAsync(cancellationToken)).Select(u => UserResponse.From(u, links));
        }
        if (query.Includes("organization"))
        {
            var guids = roles.Select(r => r.OrganizationGuid).OfType<string>().Distinct().ToList();
            included["organizations"] = (await db.Organizations.Where(o => guids.Contains(o.Guid)).ToListAsync(cancellationToken)).Select(o => OrganizationResponse.From(o, links));
        }
        if (query.Includes("space"))
        {
            var guids = roles.Select(r => r.SpaceGuid).OfType<string>().Distinct().ToList();
            included["spaces"] = (await db.Spaces.Where(s => guids.Contains(s.Guid)).ToListAsync(cancellationToken)).Select(s => SpaceResponse.From(s, links));
        }
        return included.Count == 0 ? null : included;
    }

    private void Record(string verb, RoleAssignment role) => events.Record(
        $"audit.user.{role.Type}_{verb}", new EventSubject(role.UserGuid, "user", role.UserGuid), role.SpaceGuid, role.OrganizationGuid);
}

/// <summary>The job behind DELETE /v3/roles/GUID.</summary>
internal sealed class RoleDeletion(CloudControllerDbContext db) : IJobHandler
{
    public Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        return db.Roles.Where(r => r.Guid == guid).ExecuteDeleteAsync(cancellationToken);
    }
}

internal static class RoleFeature
{
    public static void AddRoles(this IServiceCollection services) => services.AddEndpoints<RoleEndpoints>().AddJobHandler<RoleDeletion>("role.delete");

    public static void MapRoles(this IEndpointRouteBuilder routes) => routes.Endpoints<RoleEndpoints>()
        .Get("/v3/roles", (e, call) => e.ListAsync(call))
        .Post("/v3/roles", (e, call) => e.CreateAsync(call))
        .Get("/v3/roles/{guid}", (e, call) => e.GetAsync(call))
        .Delete("/v3/roles/{guid}", (e, call) => e.DeleteAsync(call));
}
