using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Auth;

/// <summary>Turns a bearer token into a <see cref="Caller"/>, or refuses it.</summary>
internal sealed class TokenReader(CloudControllerOptions options, TokenKeys keys)
{
    /// <summary>Tokens are a few hundred bytes; a longer one is not worth the work.</summary>
    private const int MaxTokenLength = 32 * 1024;

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxTokenLength };

    public async ValueTask<Caller> ReadAsync(string header, CancellationToken cancellationToken)
    {
        const string scheme = "bearer ";
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) throw ApiErrors.InvalidAuthToken();
        var text = header[scheme.Length..].Trim();
        if (text.Length > MaxTokenLength || !_handler.CanReadToken(text)) throw ApiErrors.InvalidAuthToken();
        var token = Parse(text);
        if (string.IsNullOrEmpty(token.Kid) || await keys.FindAsync(token.Kid, cancellationToken) is not { } key)
            throw ApiErrors.InvalidAuthToken();
        var result = await _handler.ValidateTokenAsync(text, new TokenValidationParameters
        {
            IssuerSigningKey = key,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidIssuer = $"https://uaa.{options.Domain}/oauth/token",
            ValidAudience = "cloud_controller",
            ClockSkew = TimeSpan.FromSeconds(5),
            RequireExpirationTime = true,
        });
        if (!result.IsValid) throw ApiErrors.InvalidAuthToken();
        return Present((JsonWebToken)result.SecurityToken);
    }

    private JsonWebToken Parse(string text)
    {
        try
        {
            return _handler.ReadJsonWebToken(text);
        }
        catch (ArgumentException)
        {
            throw ApiErrors.InvalidAuthToken();
        }
    }

    private static Caller Present(JsonWebToken token)
    {
        var user = Claim(token, "user_id");
        var client = Claim(token, "client_id") ?? Claim(token, "cid");
        if ((user ?? client) is not { } guid) throw ApiErrors.InvalidAuthToken();
        var scopes = token.Claims.Where(c => c.Type == "scope").SelectMany(c => c.Value.Split(' ')).ToHashSet(StringComparer.Ordinal);
        var name = user is null ? client! : Claim(token, "user_name") ?? user;
        return new Caller(guid, name, Claim(token, "origin"), user is null, scopes);
    }

    private static string? Claim(JsonWebToken token, string name) =>
        token.TryGetClaim(name, out var claim) && claim.Value.Length is > 0 and <= 255 ? claim.Value : null;
}
