using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tatara.Uaa.Errors;
using Tatara.Uaa.Users;

namespace Tatara.Uaa.Tokens;

internal static class RevocationEndpoints
{
    /// <summary>Ids are 32 hexadecimal digits; somebody may have made theirs elsewhere.</summary>
    private const int MaxTokenIdLength = 64;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapDelete("/oauth/token/revoke/{tokenId}", RevokeTokenAsync);
        routes.MapGet("/oauth/token/revoke/user/{userId}", RevokeUserAsync);
    }

    /// <summary>A token may revoke itself (cf logout does so with both of its tokens); any other needs a scope.</summary>
    private static async Task<IResult> RevokeTokenAsync(
        string tokenId, HttpContext context, TokenVerifier verifier, RevokedTokens revoked, TimeProvider time)
    {
        if (tokenId.Length > MaxTokenIdLength) throw UaaException.NotFound("invalid_token", "Resource not found");
        var caller = await BearerAsync(context, verifier, tokenId);
        if (caller.Claims.Jti != tokenId && !caller.HasAny("tokens.revoke", "uaa.admin")) throw UaaException.InsufficientScope("tokens.revoke", "uaa.admin");
        var expiresAt = caller.Claims.Jti == tokenId
            ? DateTimeOffset.FromUnixTimeSeconds(caller.Claims.Exp)
            : time.GetUtcNow() + caller.Client.RefreshTokenValidity;
        await revoked.AddAsync(tokenId, expiresAt, context.RequestAborted);
        return Results.Ok();
    }

    private static async Task<IResult> RevokeUserAsync(string userId, HttpContext context, CallerReader callers, UserStore users)
    {
        var caller = await callers.RequireAsync(context);
        if (caller.User?.Id != userId && !caller.HasAny("tokens.revoke", "uaa.admin")) throw UaaException.InsufficientScope("tokens.revoke", "uaa.admin");
        if (!await users.ChangeSaltAsync(userId, context.RequestAborted)) throw UaaException.NotFound("invalid_token", "Resource not found");
        return Results.Ok();
    }

    private static Task<Caller> BearerAsync(HttpContext context, TokenVerifier verifier, string tokenId)
    {
        var token = CallerReader.BearerToken(context.Request);
        return tokenId.EndsWith(TokenIssuer.RefreshSuffix, StringComparison.Ordinal) && IsRefreshToken(token)
            ? verifier.RefreshTokenAsync(token, context.RequestAborted)
            : verifier.AccessTokenAsync(token, context.RequestAborted);
    }

    /// <summary>Only a guess from the unchecked header; the check follows.</summary>
    private static bool IsRefreshToken(string token)
    {
        try
        {
            return new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).Alg == Microsoft.IdentityModel.Tokens.SecurityAlgorithms.HmacSha256;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
