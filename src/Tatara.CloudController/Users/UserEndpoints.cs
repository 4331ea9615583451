using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Auth;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Users;

internal sealed class UserEndpoints(CloudControllerDbContext db, Access access, Pager pager, Links links, JobQueue jobs)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery("usernames", "partial_usernames", "origins", "label_selector");
        var rows = Visible(call.Caller).AsNoTracking();
        if (query.Values("usernames") is { } names) rows = rows.Where(u => names.Contains(u.Username!));
        if (query.Values("origins") is { } origins) rows = rows.Where(u => origins.Contains(u.Origin!));
        foreach (var part in query.Values("partial_usernames")?.Take(1) ?? []) rows = rows.Where(u => u.Username!.Contains(part));
        return Answer.Ok(await pager.ListAsync(rows, query, u => UserResponse.From(u, links), call.Cancelled));
    }

    public async Task<IResult> GetAsync(ApiCall call) => Answer.Ok(UserResponse.From(await FindAsync(call), links));

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var guid = body.String("guid", maxLength: 200);
        var username = body.String("username");
        var origin = body.String("origin");
        var metadata = MetadataPatch.Read(body);
        if (guid is null && username is null) body.Fail("guid", "can't be blank");
        body.ThrowIfInvalid();
        access.RequireAdmin();

        var user = new User { Guid = guid ?? Entity.NewGuid(), Username = username, Origin = origin ?? (username is null ? null : "uaa") };
        metadata.ApplyTo(user);
        db.Users.Add(user);
        await db.SaveUniqueAsync(() => ApiErrors.Unprocessable($"User with guid '{guid}' already exists."), call.Cancelled);
        return Answer.Created(UserResponse.From(user, links));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        var user = await FindAsync(call);
        access.RequireAdmin();
        metadata.ApplyTo(user);
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.Ok(UserResponse.From(user, links));
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var user = await FindAsync(call);
        access.RequireAdmin();
        return jobs.Accepted(await jobs.EnqueueAsync("user.delete", user.Guid, ("user", user.Guid), call.Cancelled));
    }

    private async Task<User> FindAsync(ApiCall call) =>
        await Visible(call.Caller).SingleOrDefaultAsync(u => u.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("User");

    /// <summary>Oneself, and everyone with a role in an organization or space that one sees.</summary>
    private IQueryable<User> Visible(Caller caller)
    {
        if (access.SeesAll) return db.Users;
        var organizations = access.VisibleOrganizations();
        return db.Users.Where(u => u.Guid == caller.Guid || db.Roles.Any(r => r.UserGuid == u.Guid
            && (organizations.Contains(r.OrganizationGuid!) || db.Spaces.Any(s => s.Guid == r.SpaceGuid && organizations.Contains(s.OrganizationGuid)))));
    }
}

/// <summary>The job behind DELETE /v3/users/GUID; roles go with the user.</summary>
internal sealed class UserDeletion(CloudControllerDbContext db, KnownUsers known) : IJobHandler
{
    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var guid = job.ReadPayload<string>();
        if (await db.Users.SingleOrDefaultAsync(u => u.Guid == guid, cancellationToken) is not { } user) return;
        db.Users.Remove(user);
        await db.SaveChangesAsync(cancellationToken);
        known.Forget(guid);
    }
}

internal static class UserFeature
{
    public static void AddUsers(this IServiceCollection services) => services.AddEndpoints<UserEndpoints>().AddJobHandler<UserDeletion>("user.delete");

    public static void MapUsers(this IEndpointRouteBuilder routes) => routes.Endpoints<UserEndpoints>()
        .Get("/v3/users", (e, call) => e.ListAsync(call))
        .Post("/v3/users", (e, call) => e.CreateAsync(call))
        .Get("/v3/users/{guid}", (e, call) => e.GetAsync(call))
        .Patch("/v3/users/{guid}", (e, call) => e.UpdateAsync(call))
        .Delete("/v3/users/{guid}", (e, call) => e.DeleteAsync(call));
}
