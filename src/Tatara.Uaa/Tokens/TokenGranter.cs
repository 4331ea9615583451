using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tatara.Uaa.Errors;
using Tatara.Uaa.Status;
using Tatara.Uaa.Users;

namespace Tatara.Uaa.Tokens;

/// <summary>Decides who gets which token.</summary>
internal sealed class TokenGranter(TokenIssuer issuer, TokenVerifier verifier, PasswordLogin logins, UaaCounters counters, TimeProvider time)
{
    public async Task<TokenResponse> GrantAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        var grantType = request.GrantType ?? throw UaaException.InvalidRequest("Missing grant type");
        if (!GrantTypes.All.Contains(grantType)) throw new UaaException(StatusCodes.Status400BadRequest, "unsupported_grant_type", "Unsupported grant type");
        if (!request.Client.GrantTypes.Contains(grantType)) throw UaaException.InvalidClient($"Unauthorized grant type: {grantType}");
        var token = grantType switch
        {
            GrantTypes.Password => await PasswordAsync(request, cancellationToken),
            GrantTypes.RefreshToken => await RefreshAsync(request, cancellationToken),
            _ => issuer.ForClient(request.Client, ClientScopes(request)),
        };
        counters.Issued(grantType);
        return token;
    }

    private async Task<TokenResponse> PasswordAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        RequireInternalOrigin(request.LoginHint);
        if (request.Get("username") is not { } userName || request.Get("password") is not { } password)
            throw UaaException.Unauthorized("Request is missing username or password.");
        var user = await logins.LogInAsync(userName, password, cancellationToken);
        return issuer.ForUser(request.Client, user, UserScopes(request, user), GrantTypes.Password, time.GetUtcNow(), refreshToken: null);
    }

    private async Task<TokenResponse> RefreshAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        var refreshToken = request.Get("refresh_token") ?? throw UaaException.InvalidRequest("refresh_token parameter not provided");
        var holder = await verifier.RefreshTokenAsync(refreshToken, cancellationToken);
        var claims = holder.Claims;
        if (claims.Cid != request.Client.Id) throw UaaException.InvalidGrant($"Wrong client for this refresh token: {claims.Cid}");
        var granted = claims.GrantedScopes ?? [];
        var asked = request.Scopes is { Count: > 0 } some ? some : granted;
        if (granted.Count == 0 || asked.Except(granted).Any())
            throw UaaException.InvalidScope($"Unable to narrow the scope of the client authentication to [{string.Join(", ", asked)}].");
        // A scope that was taken from the user since does not come back.
        var scopes = asked.Intersect(holder.User!.Scopes).ToList();
        if (scopes.Count == 0) throw UaaException.InvalidToken("Invalid token (all scopes have been revoked)");
        var loggedInAt = DateTimeOffset.FromUnixTimeSeconds(claims.AuthTime ?? claims.Iat);
        return issuer.ForUser(request.Client, holder.User!, scopes, claims.GrantType, loggedInAt, refreshToken);
    }

    private static List<string> UserScopes(TokenRequest request, User user)
    {
        var asked = Allowed(request, request.Client.Scopes);
        var scopes = asked.Intersect(user.Scopes).ToList();
        return scopes.Count > 0
            ? scopes
            : throw UaaException.InvalidScope($"[{string.Join(", ", asked)}] is invalid. This user is not allowed any of the requested scopes");
    }

    private static IReadOnlyList<string> ClientScopes(TokenRequest request) => Allowed(request, request.Client.Authorities);

    private static IReadOnlyList<string> Allowed(TokenRequest request, IReadOnlyList<string> allowed)
    {
        if (request.Scopes is not { Count: > 0 } asked) return allowed;
        var unknown = asked.Except(allowed).FirstOrDefault();
        return unknown is null ? asked : throw UaaException.InvalidScope($"{unknown} is invalid. Please use a valid scope name in the request");
    }

    private static void RequireInternalOrigin(string? loginHint)
    {
        if (loginHint is null) return;
        try
        {
            if (JsonSerializer.Deserialize(loginHint, UaaJson.Default.LoginHint)?.Origin is null or User.InternalOrigin) return;
        }
        catch (JsonException)
        {
            // What cannot be read names no provider either.
        }
        throw UaaException.Unauthorized("The origin provided in the login_hint does not match an active Identity Provider, that supports password grant.");
    }
}

/// <summary>The login_hint parameter.</summary>
internal sealed record LoginHint(string? Origin);
