using Microsoft.IdentityModel.Tokens;

namespace Tatara.LogCache.Access;

/// <summary>The UAA's published keys. They are fetched when a token names one that is not known, but not at any token's pleasure.</summary>
internal sealed class SigningKeys(HttpClient http, LogCacheOptions options, TimeProvider time)
{
    private static readonly TimeSpan MinimumInterval = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _fetching = new(1);
    private volatile Dictionary<string, SecurityKey> _keys = [];
    private DateTimeOffset _fetchedAt = DateTimeOffset.MinValue;

    /// <summary>Null: the UAA has no such key.</summary>
    public async Task<SecurityKey?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (_keys.TryGetValue(id, out var known)) return known;
        await _fetching.WaitAsync(cancellationToken);
        try
        {
            if (!_keys.ContainsKey(id) && time.GetUtcNow() - _fetchedAt >= MinimumInterval)
            {
                _keys = await FetchAsync(cancellationToken);
                _fetchedAt = time.GetUtcNow();
            }
            return _keys.GetValueOrDefault(id);
        }
        finally
        {
            _fetching.Release();
        }
    }

    private async Task<Dictionary<string, SecurityKey>> FetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            var set = new JsonWebKeySet(await http.GetStringAsync(new Uri(options.UaaUrl, "/token_keys"), cancellationToken));
            return set.Keys.Where(k => k.Kty == "RSA" && k.Kid is not null).ToDictionary(k => k.Kid, SecurityKey (k) => k, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is HttpRequestException or ArgumentException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new AccessUnavailableException($"The UAA at {options.UaaUrl} does not tell its keys: {e.Message}", e);
        }
    }
}
