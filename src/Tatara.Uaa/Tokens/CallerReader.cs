using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Tatara.Uaa.Errors;

namespace Tatara.Uaa.Tokens;

/// <summary>Finds out who sent a request that needs a token.</summary>
internal sealed class CallerReader(TokenVerifier verifier)
{
    public async Task<Caller> RequireAsync(HttpContext context) =>
        await verifier.AccessTokenAsync(BearerToken(context.Request), context.RequestAborted);

    public async Task<Caller> RequireScopeAsync(HttpContext context, params IReadOnlyList<string> scopes)
    {
        var caller = await RequireAsync(context);
        return caller.HasAny(scopes) ? caller : throw UaaException.InsufficientScope(scopes);
    }

    public static string BearerToken(HttpRequest request) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && header.Parameter is { Length: > 0 } token
            ? token
            : throw UaaException.Unauthorized("Full authentication is required to access this resource");
}
