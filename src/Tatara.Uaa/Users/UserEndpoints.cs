using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tatara.Uaa.Errors;
using Tatara.Uaa.Scim;
using Tatara.Uaa.Tokens;

namespace Tatara.Uaa.Users;

internal static class UserEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/Users", ListAsync);
        routes.MapPost("/Users", CreateAsync);
        routes.MapGet("/Users/{id}", GetAsync);
        routes.MapPut("/Users/{id}", UpdateAsync);
        routes.MapDelete("/Users/{id}", DeleteAsync);
        routes.MapPut("/Users/{id}/password", PasswordEndpoint.ChangeAsync);
        routes.MapGet("/ids/Users", ListIdsAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext context, CallerReader callers, UserStore users)
    {
        await callers.RequireScopeAsync(context, "scim.read", "uaa.admin");
        return Results.Json(await PageAsync(context, users, ScimUser.Of), ScimJson.Default.ScimPageScimUser);
    }

    /// <summary>For whoever may only turn names into ids and back, as Cloud Controller does.</summary>
    private static async Task<IResult> ListIdsAsync(HttpContext context, CallerReader callers, UserStore users)
    {
        await callers.RequireScopeAsync(context, "scim.userids", "scim.read", "uaa.admin");
        return Results.Json(await PageAsync(context, users, u => new ScimUser(u.Id, UserName: u.UserName, Origin: u.Origin)), ScimJson.Default.ScimPageScimUser);
    }

    private static async Task<ScimPage<ScimUser>> PageAsync(HttpContext context, UserStore users, Func<User, ScimUser> present)
    {
        var query = ScimQuery.Of(context.Request.Query);
        var (page, total) = await users.ListAsync(
            ScimFilter.Parse(query.Filter, UserFilter.Attributes), query.StartIndex - 1, query.Count, query.Descending, context.RequestAborted);
        return new ScimPage<ScimUser>([.. page.Select(present)], query.StartIndex, page.Count, total, ScimUser.CoreSchema);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, CallerReader callers, UserStore users)
    {
        var caller = await callers.RequireAsync(context);
        RequireSelfOr(caller, id, "scim.read", "uaa.admin");
        var user = await users.FindAsync(id, context.RequestAborted) ?? throw UserStore.NotFound(id);
        return Present(context, user, StatusCodes.Status200OK);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, CallerReader callers, UserStore users, Passwords passwords, TimeProvider time)
    {
        // 1. decode and validate
        await callers.RequireScopeAsync(context, "scim.write", "scim.create", "uaa.admin");
        var input = await ReadAsync(context);
        var userName = UserInput.UserName(input);
        var origin = UserInput.Origin(input);
        var now = time.GetUtcNow();
        var internalUser = origin == User.InternalOrigin;
        var password = internalUser ? UserInput.Password(input.Password) : null;
        var user = new User
        {
            Id = Guid.NewGuid().ToString(),
            UserName = userName,
            UserNameKey = User.KeyOf(userName),
            Origin = origin,
            Email = UserInput.Email(input, userName),
            GivenName = UserInput.Limited(input.Name?.GivenName, "A given name"),
            FamilyName = UserInput.Limited(input.Name?.FamilyName, "A family name"),
            ExternalId = UserInput.Limited(input.ExternalId, "An external id"),
            Active = input.Active ?? true,
            Verified = input.Verified ?? true,
            Salt = User.NewSalt(),
            CreatedAt = now,
            UpdatedAt = now,
            PasswordChangedAt = now,
        };
        // 2. act
        if (password is not null) user.PasswordHash = await passwords.HashAsync(password, context.RequestAborted);
        await users.AddAsync(user, [], context.RequestAborted);
        // 3. present
        return Present(context, (await users.FindAsync(user.Id, context.RequestAborted))!, StatusCodes.Status201Created);
    }

    private static async Task<IResult> UpdateAsync(string id, HttpContext context, CallerReader callers, UserStore users)
    {
        await callers.RequireScopeAsync(context, "scim.write", "uaa.admin");
        var version = ScimQuery.IfMatch(context.Request) ?? throw UaaException.InvalidResource("Missing If-Match for PUT");
        var input = await ReadAsync(context);
        var userName = UserInput.UserName(input);
        var email = UserInput.Email(input, userName);
        var user = await users.ChangeAsync(id, version == ScimQuery.AnyVersion ? null : version, u =>
        {
            u.UserName = userName;
            u.UserNameKey = User.KeyOf(userName);
            u.Email = email;
            u.GivenName = UserInput.Limited(input.Name?.GivenName, "A given name");
            u.FamilyName = UserInput.Limited(input.Name?.FamilyName, "A family name");
            u.ExternalId = UserInput.Limited(input.ExternalId, "An external id") ?? u.ExternalId;
            u.Active = input.Active ?? u.Active;
            u.Verified = input.Verified ?? u.Verified;
        }, context.RequestAborted);
        return Present(context, user, StatusCodes.Status200OK);
    }

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, CallerReader callers, UserStore users)
    {
        var caller = await callers.RequireScopeAsync(context, "scim.write", "uaa.admin");
        if (caller.User?.Id == id) throw UaaException.InvalidResource("You cannot delete yourself.");
        return Present(context, await users.DeleteAsync(id, context.RequestAborted), StatusCodes.Status200OK);
    }

    private static void RequireSelfOr(Caller caller, string id, params IReadOnlyList<string> scopes)
    {
        if (caller.User?.Id != id && !caller.HasAny(scopes)) throw UaaException.InsufficientScope(scopes);
    }

    private static async Task<ScimUser> ReadAsync(HttpContext context) =>
        await context.Request.ReadFromJsonAsync(ScimJson.Default.ScimUser, context.RequestAborted) ?? throw UaaException.InvalidResource("Missing SCIM User");

    private static IResult Present(HttpContext context, User user, int status)
    {
        context.Response.Headers.ETag = $"\"{user.Version}\"";
        return Results.Json(ScimUser.Of(user), ScimJson.Default.ScimUser, statusCode: status);
    }
}
