using System.Text.Json.Serialization;

namespace Tatara.Uaa.Tokens;

/// <summary>What a token says. Access tokens have <see cref="Scope"/>, refresh tokens <see cref="GrantedScopes"/>.</summary>
/// <param name="Jti">Id of the token; a refresh token's ends in -r.</param>
/// <param name="Sub">The user's id, or the client's when it acts in its own name.</param>
/// <param name="RevSig">Revocation signature: the token is good for as long as user and client still have it.</param>
/// <param name="Zid">Identity zone; there is one, called uaa.</param>
internal sealed record TokenClaims(
    string Jti,
    string Sub,
    IReadOnlyList<string>? Authorities,
    IReadOnlyList<string>? Scope,
    [property: JsonPropertyName("granted_scopes")] IReadOnlyList<string>? GrantedScopes,
    string ClientId,
    string Cid,
    string Azp,
    bool Revocable,
    string GrantType,
    string? UserId,
    string? Origin,
    string? UserName,
    string? Email,
    long? AuthTime,
    string RevSig,
    long Iat,
    long Exp,
    string Iss,
    string Zid,
    IReadOnlyList<string> Aud);
