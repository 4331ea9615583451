using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tatara.Uaa.Clients;
using Tatara.Uaa.Errors;

namespace Tatara.Uaa.Tokens;

internal static class TokenEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/oauth/token", IssueAsync);
        routes.MapPost("/check_token", CheckAsync);
        routes.MapPost("/introspect", IntrospectAsync);
    }

    private static async Task<IResult> IssueAsync(HttpContext context, ClientAuthenticator authenticator, TokenGranter granter)
    {
        var form = await FormAsync(context.Request);
        var client = authenticator.Authenticate(context.Request, form);
        var request = new TokenRequest(client, form, context.Request.Query["login_hint"]);
        var token = await granter.GrantAsync(request, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";
        return Results.Json(token, UaaJson.Default.TokenResponse);
    }

    private static async Task<IResult> CheckAsync(HttpContext context, ClientAuthenticator authenticator, TokenVerifier verifier)
    {
        var form = await FormAsync(context.Request);
        RequireResource(authenticator.Authenticate(context.Request, form));
        if (form["token"] is not [{ Length: > 0 } token]) throw NotRecognised("Token parameter must be set");
        try
        {
            var claims = (await verifier.AccessTokenAsync(token, context.RequestAborted)).Claims;
            var missing = ScopeList.Parse(form["scopes"], ',').Except(claims.Scope ?? [], StringComparer.OrdinalIgnoreCase).ToList();
            if (missing.Count > 0) throw UaaException.InvalidScope("Some requested scopes are missing: " + string.Join(',', missing));
            return Results.Json(claims, UaaJson.Default.TokenClaims);
        }
        catch (UaaException e) when (e.Error == "invalid_token")
        {
            throw NotRecognised(e.Message);
        }
    }

    private static async Task<IResult> IntrospectAsync(HttpContext context, ClientAuthenticator authenticator, TokenVerifier verifier)
    {
        var form = await FormAsync(context.Request);
        RequireResource(authenticator.Authenticate(context.Request, form));
        try
        {
            var caller = await verifier.AccessTokenAsync(form["token"].ToString(), context.RequestAborted);
            return Results.Json(new Introspection(true, caller.Claims.Jti, caller.Claims.Scope, caller.Claims.ClientId, caller.Claims.UserId, caller.Claims.Exp), UaaJson.Default.Introspection);
        }
        catch (UaaException e) when (e.Error == "invalid_token")
        {
            return Results.Json(new Introspection(false), UaaJson.Default.Introspection);
        }
    }

    private static void RequireResource(OAuthClient client)
    {
        if (!client.Authorities.Contains("uaa.resource")) throw UaaException.InsufficientScope("uaa.resource");
    }

    /// <summary>The client is known, so this is about its request (400) and not about who it is (401).</summary>
    private static UaaException NotRecognised(string why) => new(StatusCodes.Status400BadRequest, "invalid_token", why);

    private static async Task<IFormCollection> FormAsync(HttpRequest request) =>
        request.HasFormContentType ? await request.ReadFormAsync(request.HttpContext.RequestAborted) : FormCollection.Empty;
}

/// <summary>RFC 7662's answer.</summary>
internal sealed record Introspection(
    bool Active, string? Jti = null, IReadOnlyList<string>? Scope = null, string? ClientId = null, string? UserId = null, long? Exp = null);
