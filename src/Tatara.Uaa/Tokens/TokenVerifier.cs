using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Tatara.Uaa.Clients;
using Tatara.Uaa.Errors;
using Tatara.Uaa.Users;

namespace Tatara.Uaa.Tokens;

/// <summary>Reads tokens that were written here, and asks whether they are still good.</summary>
internal sealed class TokenVerifier(SigningKeys keys, UaaUrls urls, UserStore users, ClientRegistry clients, RevokedTokens revoked, TimeProvider time)
{
    /// <summary>Longer than any token with all groups there can be; parsing costs memory.</summary>
    private const int MaxTokenLength = 64 * 1024;

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxTokenLength };

    public Task<Caller> AccessTokenAsync(string token, CancellationToken cancellationToken) =>
        VerifyAsync(token, SecurityAlgorithms.RsaSha256, k => k.AccessKey, cancellationToken);

    public Task<Caller> RefreshTokenAsync(string token, CancellationToken cancellationToken) =>
        VerifyAsync(token, SecurityAlgorithms.HmacSha256, k => k.RefreshKey, cancellationToken);

    /// <summary>1. signature, 2. time, 3. not revoked, 4. client and user are still what they were.</summary>
    private async Task<Caller> VerifyAsync(string token, string algorithm, Func<SigningKey, SecurityKey> signer, CancellationToken cancellationToken)
    {
        // 1
        var result = await ValidateAsync(token, algorithm, signer);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException && await keys.RefreshAsync(cancellationToken)) result = await ValidateAsync(token, algorithm, signer);
        if (!result.IsValid) throw UaaException.InvalidToken(Explain(result.Exception));
        var claims = Claims((JsonWebToken)result.SecurityToken);
        // 2
        if (DateTimeOffset.FromUnixTimeSeconds(claims.Exp) <= time.GetUtcNow()) throw UaaException.InvalidToken("Token has expired");
        // 3
        if (await revoked.ContainsAsync(claims.Jti, cancellationToken)) throw UaaException.InvalidToken($"The token has been revoked: {claims.Jti}");
        // 4
        var client = clients.Find(claims.Cid) ?? throw UaaException.InvalidToken($"The token refers to a non-existent client: {claims.Cid}");
        var user = claims.UserId is null ? null : await users.FindAsync(claims.UserId, cancellationToken);
        if (claims.UserId is not null && user is null) throw UaaException.InvalidToken($"Token bears a non-existent user ID: {claims.UserId}");
        if (user is { Active: false } || TokenIssuer.RevocationSignature(client, user) != claims.RevSig)
            throw UaaException.InvalidToken("revocable signature mismatch");
        return new Caller(claims, client, user);
    }

    private Task<TokenValidationResult> ValidateAsync(string token, string algorithm, Func<SigningKey, SecurityKey> signer) =>
        _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = [algorithm],
            IssuerSigningKeys = keys.All.Select(signer),
            TryAllIssuerSigningKeys = false,
            ValidIssuer = urls.Issuer,
            ValidateAudience = false,
            ValidateLifetime = false,
        });

    private static TokenClaims Claims(JsonWebToken token)
    {
        try
        {
            return JsonSerializer.Deserialize(Base64UrlEncoder.Decode(token.EncodedPayload), UaaJson.Default.TokenClaims)!;
        }
        catch (JsonException)
        {
            throw UaaException.InvalidToken("The token does not say what a token must.");
        }
    }

    private static string Explain(Exception? e) => e switch
    {
        SecurityTokenInvalidAlgorithmException or SecurityTokenInvalidSignatureException or SecurityTokenSignatureKeyNotFoundException
            => "Could not verify token signature.",
        SecurityTokenInvalidIssuerException => "Invalid issuer for token",
        _ => "Invalid token (could not decode)",
    };
}

/// <summary>Who sends a request.</summary>
/// <param name="User">Null when the client acts in its own name.</param>
internal sealed record Caller(TokenClaims Claims, OAuthClient Client, User? User)
{
    public bool Has(string scope) => Claims.Scope?.Contains(scope) ?? false;

    public bool HasAny(params IReadOnlyList<string> scopes) => scopes.Any(Has);
}
