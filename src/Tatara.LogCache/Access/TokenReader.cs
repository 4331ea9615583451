using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Tatara.LogCache.Access;

/// <summary>Checks a token with the UAA's published key.</summary>
internal sealed class TokenReader(SigningKeys keys, LogCacheOptions options, TimeProvider time)
{
    private const int MaxTokenLength = 64 * 1024;

    /// <summary>Any of these opens every source: log-cache's own and Cloud Controller's.</summary>
    private static readonly string[] ScopesOfAll =
        ["doppler.firehose", "logs.admin", "cloud_controller.admin", "cloud_controller.admin_read_only", "cloud_controller.global_auditor"];

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxTokenLength };
    private readonly string _issuer = $"https://uaa.{options.Domain}/oauth/token";

    public async Task<Reader> ReadAsync(string token, CancellationToken cancellationToken)
    {
        var key = await keys.FindAsync(KeyIdOf(token), cancellationToken) ?? throw new NotForYouException();
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            IssuerSigningKey = key,
            ValidIssuer = _issuer,
            ValidateAudience = false,
            RequireExpirationTime = true,
            LifetimeValidator = (_, expires, _, _) => expires > time.GetUtcNow().UtcDateTime,
        });
        if (!result.IsValid) throw new NotForYouException();
        var scopes = ((JsonWebToken)result.SecurityToken).Claims.Where(c => c.Type == "scope").Select(c => c.Value);
        return new Reader(token, scopes.Any(ScopesOfAll.Contains));
    }

    private string KeyIdOf(string token)
    {
        if (token.Length > MaxTokenLength || !_handler.CanReadToken(token)) throw new NotForYouException();
        try
        {
            return _handler.ReadJsonWebToken(token).Kid is { Length: > 0 } id ? id : throw new NotForYouException();
        }
        catch (ArgumentException)
        {
            throw new NotForYouException();
        }
    }
}
