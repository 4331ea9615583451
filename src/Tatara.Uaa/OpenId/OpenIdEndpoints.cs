using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tatara.Uaa.Errors;
using Tatara.Uaa.Tokens;

namespace Tatara.Uaa.OpenId;

internal static class OpenIdEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/.well-known/openid-configuration", (UaaUrls urls) => Results.Json(OpenIdConfiguration.Of(urls), UaaJson.Default.OpenIdConfiguration));
        routes.MapGet("/userinfo", UserInfoAsync);
    }

    private static async Task<IResult> UserInfoAsync(HttpContext context, CallerReader callers)
    {
        var caller = await callers.RequireScopeAsync(context, "openid");
        if (caller.User is not { } user) throw UaaException.InvalidToken("Token is not a user token.");
        var name = string.Join(' ', new[] { user.GivenName, user.FamilyName }.OfType<string>());
        return Results.Json(
            new UserInfo(user.Id, user.Id, user.UserName, user.GivenName, user.FamilyName, name.Length == 0 ? null : name, user.Email, user.Verified),
            UaaJson.Default.UserInfo);
    }
}

/// <summary>Who the token's user is.</summary>
internal sealed record UserInfo(
    string UserId, string Sub, string UserName, string? GivenName, string? FamilyName, string? Name, string Email, bool EmailVerified);

/// <summary>Where things are, and what of OpenID Connect is there.</summary>
internal sealed record OpenIdConfiguration(
    string Issuer,
    string TokenEndpoint,
    IReadOnlyList<string> TokenEndpointAuthMethodsSupported,
    string UserinfoEndpoint,
    string JwksUri,
    IReadOnlyList<string> ScopesSupported,
    IReadOnlyList<string> GrantTypesSupported,
    IReadOnlyList<string> SubjectTypesSupported,
    IReadOnlyList<string> IdTokenSigningAlgValuesSupported,
    IReadOnlyList<string> ClaimsSupported)
{
    public static OpenIdConfiguration Of(UaaUrls urls) => new(
        urls.Issuer, urls.Uaa + "/oauth/token", ["client_secret_basic", "client_secret_post"], urls.Uaa + "/userinfo", urls.Uaa + "/token_keys",
        ["openid", "profile", "email"], GrantTypes.All, ["public"], ["RS256"],
        ["sub", "user_name", "origin", "iss", "auth_time", "client_id", "aud", "zid", "grant_type", "user_id", "scope", "exp", "iat", "jti", "rev_sig", "cid"]);
}
