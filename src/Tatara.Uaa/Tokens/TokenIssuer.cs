using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Tatara.Uaa.Users;

namespace Tatara.Uaa.Tokens;

/// <summary>Writes tokens.</summary>
internal sealed class TokenIssuer(SigningKeys keys, UaaUrls urls, TimeProvider time)
{
    /// <summary>How ids of refresh tokens end.</summary>
    public const string RefreshSuffix = "-r";

    private readonly JsonWebTokenHandler _handler = new();

    /// <summary>A token for a user. The refresh token, when there is one already, stays the same: UAA's default is not to rotate it.</summary>
    public TokenResponse ForUser(OAuthClient client, User user, IReadOnlyList<string> scopes, string grantType, DateTimeOffset loggedInAt, string? refreshToken)
    {
        var access = Claims(client, user, grantType, client.AccessTokenValidity, scopes, loggedInAt) with { Scope = scopes };
        if (refreshToken is null && client.GrantTypes.Contains(GrantTypes.RefreshToken))
        {
            var refresh = Claims(client, user, grantType, client.RefreshTokenValidity, scopes, loggedInAt);
            refreshToken = Write(
                refresh with { Jti = refresh.Jti + RefreshSuffix, GrantedScopes = scopes },
                new SigningCredentials(keys.Active.RefreshKey, SecurityAlgorithms.HmacSha256));
        }
        return Response(access, refreshToken);
    }

    /// <summary>A token for a client in its own name.</summary>
    public TokenResponse ForClient(OAuthClient client, IReadOnlyList<string> scopes) =>
        Response(Claims(client, null, GrantTypes.ClientCredentials, client.AccessTokenValidity, scopes, null) with { Scope = scopes, Authorities = scopes }, null);

    /// <summary>Changes whenever the tokens of this client and user must not be good any longer.</summary>
    public static string RevocationSignature(OAuthClient client, User? user)
    {
        var what = Encoding.UTF8.GetBytes($"{client.Id}\n{client.Secret}\n{user?.Id}\n{user?.Salt}");
        return Convert.ToHexStringLower(SHA256.HashData(what).AsSpan(0, 4));
    }

    private TokenResponse Response(TokenClaims claims, string? refreshToken) => new(
        Write(claims, new SigningCredentials(keys.Active.AccessKey, SecurityAlgorithms.RsaSha256)),
        "bearer", refreshToken, claims.Exp - claims.Iat, string.Join(' ', claims.Scope!), claims.Jti);

    private TokenClaims Claims(OAuthClient client, User? user, string grantType, TimeSpan validity, IReadOnlyList<string> scopes, DateTimeOffset? loggedInAt)
    {
        var now = time.GetUtcNow();
        return new TokenClaims(
            Jti: Guid.NewGuid().ToString("N"), Sub: user?.Id ?? client.Id, Authorities: null, Scope: null, GrantedScopes: null,
            ClientId: client.Id, Cid: client.Id, Azp: client.Id, Revocable: true, GrantType: grantType,
            UserId: user?.Id, Origin: user?.Origin, UserName: user?.UserName, Email: user?.Email, AuthTime: loggedInAt?.ToUnixTimeSeconds(),
            RevSig: RevocationSignature(client, user), Iat: now.ToUnixTimeSeconds(), Exp: (now + validity).ToUnixTimeSeconds(),
            Iss: urls.Issuer, Zid: "uaa", Aud: Audience(client, scopes));
    }

    /// <summary>The client, and the resource of each scope: all before its last dot.</summary>
    private static List<string> Audience(OAuthClient client, IReadOnlyList<string> scopes) =>
    [
        .. scopes
            .Where(s => s.LastIndexOf('.') > 0 && s != "uaa.none")
            .Select(s => s[..s.LastIndexOf('.')])
            .Prepend(client.Id)
            .Distinct(StringComparer.Ordinal),
    ];

    private string Write(TokenClaims claims, SigningCredentials key) => _handler.CreateToken(
        JsonSerializer.Serialize(claims, UaaJson.Default.TokenClaims), key, new Dictionary<string, object> { ["jku"] = urls.Uaa + "/token_keys" });
}
