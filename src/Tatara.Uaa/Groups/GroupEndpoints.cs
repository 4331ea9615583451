using System.Linq.Expressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tatara.Uaa.Errors;
using Tatara.Uaa.Scim;
using Tatara.Uaa.Tokens;
using Tatara.Uaa.Users;

namespace Tatara.Uaa.Groups;

internal static class GroupEndpoints
{
    private static readonly Dictionary<string, Expression<Func<Group, object?>>> Attributes = new()
    {
        ["id"] = g => g.Id,
        ["displayname"] = g => g.DisplayName,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/Groups", ListAsync);
        routes.MapGet("/Groups/{id}", GetAsync);
        routes.MapGet("/Groups/{id}/members", MembersAsync);
        routes.MapPost("/Groups/{id}/members", AddMemberAsync);
        routes.MapDelete("/Groups/{id}/members/{userId}", RemoveMemberAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext context, CallerReader callers, GroupStore groups)
    {
        await callers.RequireScopeAsync(context, "scim.read", "uaa.admin");
        var query = ScimQuery.Of(context.Request.Query);
        var (page, total) = await groups.ListAsync(
            ScimFilter.Parse(query.Filter, Attributes), query.StartIndex - 1, query.Count, query.Descending, context.RequestAborted);
        var resources = page.ConvertAll(ScimGroup.Of);
        return Results.Json(new ScimPage<ScimGroup>(resources, query.StartIndex, resources.Count, total, ScimUser.CoreSchema), ScimJson.Default.ScimPageScimGroup);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, CallerReader callers, GroupStore groups)
    {
        await callers.RequireScopeAsync(context, "scim.read", "uaa.admin");
        return Results.Json(ScimGroup.Of(await groups.GetAsync(id, context.RequestAborted)), ScimJson.Default.ScimGroup);
    }

    private static async Task<IResult> MembersAsync(string id, HttpContext context, CallerReader callers, GroupStore groups)
    {
        await callers.RequireScopeAsync(context, "scim.read", "uaa.admin");
        return Results.Json(ScimGroup.Of(await groups.GetAsync(id, context.RequestAborted)).Members, ScimJson.Default.IReadOnlyListScimMember);
    }

    private static async Task<IResult> AddMemberAsync(string id, HttpContext context, CallerReader callers, GroupStore groups)
    {
        await callers.RequireScopeAsync(context, "scim.write", "uaa.admin");
        var member = await context.Request.ReadFromJsonAsync(ScimJson.Default.ScimMember, context.RequestAborted);
        if (member is not { Value: { Length: > 0 } userId } || member.Type is not (null or "USER"))
            throw UaaException.InvalidResource("A member is a user: its value is the user's id, its type USER.");
        await groups.AddMemberAsync(id, userId, context.RequestAborted);
        return Results.Json(ScimMember.User(userId), ScimJson.Default.ScimMember, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> RemoveMemberAsync(string id, string userId, HttpContext context, CallerReader callers, GroupStore groups)
    {
        await callers.RequireScopeAsync(context, "scim.write", "uaa.admin");
        await groups.RemoveMemberAsync(id, userId, context.RequestAborted);
        return Results.Json(ScimMember.User(userId), ScimJson.Default.ScimMember);
    }
}

/// <summary>A group as SCIM writes one.</summary>
internal sealed record ScimGroup(
    string Id, ScimMeta Meta, string DisplayName, string? Description, IReadOnlyList<ScimMember> Members, string ZoneId, IReadOnlyList<string> Schemas)
{
    public static ScimGroup Of(GroupWithMembers group) => new(
        group.Group.Id, new ScimMeta(0, group.Group.CreatedAt, group.Group.UpdatedAt), group.Group.DisplayName, group.Group.Description,
        [.. group.UserIds.Select(ScimMember.User)], "uaa", ScimUser.CoreSchema);
}

internal sealed record ScimMember(string? Value, string? Type, string? Origin)
{
    public static ScimMember User(string id) => new(id, "USER", Users.User.InternalOrigin);
}
