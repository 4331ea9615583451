using Microsoft.AspNetCore.Http;
using Tatara.Uaa.Errors;
using Tatara.Uaa.Tokens;

namespace Tatara.Uaa.Users;

/// <summary>PUT /Users/ID/password: one's own with the old one, anybody's as an administrator.</summary>
internal static class PasswordEndpoint
{
    public static async Task<IResult> ChangeAsync(
        string id, HttpContext context, CallerReader callers, UserStore users, Passwords passwords, PasswordLogin logins, TimeProvider time)
    {
        var caller = await callers.RequireAsync(context);
        var isSelf = caller.User?.Id == id;
        if (!(isSelf && caller.Has("password.write")) && !caller.HasAny("scim.write", "uaa.admin")) throw UaaException.InsufficientScope("password.write");
        var input = await context.Request.ReadFromJsonAsync(ScimJson.Default.PasswordChange, context.RequestAborted);
        var password = UserInput.Password(input?.Password);
        var user = await users.FindAsync(id, context.RequestAborted) ?? throw UserStore.NotFound(id);
        if (user.Origin != User.InternalOrigin) throw UaaException.InvalidResource("The password of this user is not kept here.");
        if (isSelf) await RequireOldPasswordAsync(user, input!.OldPassword, password, logins, context.RequestAborted);
        var hash = await passwords.HashAsync(password, context.RequestAborted);
        await users.ChangeAsync(id, version: null, u =>
        {
            u.PasswordHash = hash;
            u.PasswordChangedAt = time.GetUtcNow();
            u.Salt = User.NewSalt();
        }, context.RequestAborted);
        return Results.Json(new StatusResponse("ok", "password updated"), ScimJson.Default.StatusResponse);
    }

    /// <summary>A stolen token must not be enough, and guessing counts as it does at login.</summary>
    private static async Task RequireOldPasswordAsync(User user, string? oldPassword, string password, PasswordLogin logins, CancellationToken cancellationToken)
    {
        try
        {
            await logins.LogInAsync(user.UserName, oldPassword ?? "", cancellationToken);
        }
        catch (UaaException e) when (e.Message == PasswordLogin.BadCredentialsText)
        {
            throw UaaException.Unauthorized("Old password is incorrect");
        }
        if (oldPassword == password) throw new UaaException(StatusCodes.Status422UnprocessableEntity, "invalid_password", "Your new password cannot be the same as the old password.");
    }
}
